-- Version 0.2: what "truth and safety" needs. One step for the whole release, a section for each subject.

-- Erasures are finished in pages, in the order of the cases.
DROP INDEX cases_erased;
CREATE INDEX cases_erased ON cases(district, seq) WHERE erased = 1;

-- The heartbeat of the running server, apart from the entries: what time it was when it last ran.
CREATE TABLE heartbeat(
  district BIGINT NOT NULL,
  at BIGINT NOT NULL,            -- by the machine's clock, in milliseconds; 0: a demo, whose clock is its own
  PRIMARY KEY(district)
) /*clustered*/;

-- Urgent cases: on top of every list, with hours of their own.
ALTER TABLE cases ADD COLUMN urgent BIGINT NOT NULL DEFAULT 0;   -- 1 while somebody is in danger and it is not answered, or nobody was reached
ALTER TABLE cases ADD COLUMN hour BIGINT;                        -- when its running clock of hours ends, in milliseconds
ALTER TABLE cases ADD COLUMN cleared BIGINT;                     -- when the mark was taken away last, in milliseconds
ALTER TABLE cases ADD COLUMN unsolved BIGINT;                    -- the last day for the word whether an unsolved case goes on
CREATE INDEX cases_unsolved ON cases(district, unsolved, seq) WHERE unsolved IS NOT NULL;
-- With what is asked of it in it: otherwise SQLite would rather read every case in order.
CREATE INDEX cases_urgent ON cases(district, urgent, seq) WHERE urgent = 1;
CREATE INDEX cases_hour ON cases(district, hour, seq) WHERE hour IS NOT NULL;
CREATE INDEX cases_cleared ON cases(district, cleared, seq) WHERE cleared IS NOT NULL;
