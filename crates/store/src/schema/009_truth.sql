-- Version 0.2: what "truth and safety" needs. One step for the whole release, a section for each subject.

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
