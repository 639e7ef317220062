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

-- Imports: the ids of the systems that cases came from. With one of them a case is found by its number there.
CREATE TABLE import_sources(
    district BIGINT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY(district, source)
);

-- What the database really does: what is open is found, and counted, without looking at what has ended.
CREATE INDEX cases_reviews ON cases(district, alarm, seq) WHERE stage IN ('review', 're_review');
CREATE INDEX cases_inbox_stage ON cases(district, sealed, stage, alarm) WHERE inbox = 1;
CREATE INDEX outbox_sending ON outbox(district, seq, no) WHERE state = 'sending';
CREATE INDEX cases_live_due ON cases(district, due_day) WHERE live = 1;

-- What a sealed accusation is about stands in the vault alone: no read table holds its category or street.
UPDATE cases SET category = NULL, coarse = NULL, street = NULL WHERE sealed = 1;

-- A promise that was broken stays broken. After this step the read tables are filled anew (`schema.rs`).
ALTER TABLE cases ADD COLUMN promise_day BIGINT;  -- rolled last day of the promise that counts: the first that was broken, else the latest; none while it is paused
ALTER TABLE cases ADD COLUMN promise_met BIGINT;  -- the day on which that promise was met or ended
ALTER TABLE cases ADD COLUMN asked_late BIGINT;   -- the day of the latest question that was asked when a term had run out
CREATE INDEX cases_promise ON cases(district, promise_day, seq) WHERE promise_day IS NOT NULL;
CREATE INDEX cases_asked_late ON cases(district, asked_late, seq) WHERE asked_late IS NOT NULL;

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

-- How people get in. A password that somebody else set serves one sign-in: `once`, then `used`.
ALTER TABLE passwords ADD COLUMN state TEXT NOT NULL DEFAULT 'settled';
-- What a session must do before anything else: nothing (empty), code, password, factor.
ALTER TABLE sessions ADD COLUMN due TEXT NOT NULL DEFAULT '';
-- Sign-ins and failed ones, by account, for its owner; an auditor opens another's for a purpose. Rows are added, and removed
-- when they are older than the keeping time; never changed. Nothing counts them.
CREATE TABLE sign_ins(
  district BIGINT NOT NULL,
  account BIGINT NOT NULL,
  at BIGINT NOT NULL,
  id BYTEA NOT NULL,             -- tells apart what happened at the same moment
  outcome TEXT NOT NULL,         -- in, password, code
  PRIMARY KEY(district, account, at, id)
) /*clustered*/;
CREATE INDEX sign_ins_at ON sign_ins(district, at);
/*append-only sign_ins*/

-- The verdict is the resident's: whether it was given by a way that staff did not hold, and whose staff took the case down.
ALTER TABLE cases ADD COLUMN independent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN taken TEXT;                          -- the unit whose staff took the case down
ALTER TABLE cases ADD COLUMN own_answer BIGINT NOT NULL DEFAULT 0; -- 1 when that unit leads it, or led it last
