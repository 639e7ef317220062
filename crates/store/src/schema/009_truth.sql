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

-- A promise that was broken stays broken. After this step the read tables are filled anew (`schema.rs`).
ALTER TABLE cases ADD COLUMN promise_day BIGINT;  -- rolled last day of the promise that counts: the first that was broken, else the latest; none while it is paused
ALTER TABLE cases ADD COLUMN promise_met BIGINT;  -- the day on which that promise was met or ended
ALTER TABLE cases ADD COLUMN asked_late BIGINT;   -- the day of the latest question that was asked when a term had run out
CREATE INDEX cases_promise ON cases(district, promise_day, seq) WHERE promise_day IS NOT NULL;
CREATE INDEX cases_asked_late ON cases(district, asked_late, seq) WHERE asked_late IS NOT NULL;
