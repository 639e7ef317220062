-- The read tables. Every row is a function of the events: any of these tables can be emptied and rebuilt to the same rows.
-- They hold no free text and nothing that says who somebody is.

CREATE TABLE cases(
  district BIGINT NOT NULL,
  seq BIGINT NOT NULL,           -- ledger index of the case's first entry
  id BYTEA NOT NULL,
  code TEXT /*collate*/ NOT NULL,
  version BIGINT NOT NULL,
  track TEXT NOT NULL,
  door TEXT NOT NULL,
  stage TEXT NOT NULL,
  category TEXT,
  coarse TEXT,
  street TEXT,
  lead TEXT,                     -- the unit that leads, or led last
  sealed BIGINT NOT NULL,
  public BIGINT NOT NULL,        -- 1 while its text may be shown to neighbours
  inbox BIGINT NOT NULL,         -- 1 while the dispatcher must act: to be accepted, dispatched, or an objection decided
  live BIGINT NOT NULL,          -- 1 while something remains to be done
  question BIGINT NOT NULL,      -- 1 while a question is open with the resident
  raised_at BIGINT NOT NULL,
  raised_day BIGINT NOT NULL,
  accepted_day BIGINT,
  accept_due BIGINT,             -- rolled due day of the latest acceptance clock
  accept_late BIGINT NOT NULL,   -- 1 when an acceptance clock ended late
  alarm BIGINT,                  -- the earliest running duty
  wake BIGINT,                   -- the last day of the wait for a verdict, or for the reply to a question
  due_day BIGINT,                -- rolled due day of the promise
  met_day BIGINT,                -- the day on which the promise was met or ended
  answered_day BIGINT,
  ended_day BIGINT,
  outcome TEXT,
  ending TEXT,
  solved TEXT,
  handled TEXT,
  asked_for_good BIGINT NOT NULL,
  witnessed BIGINT NOT NULL,
  hops BIGINT NOT NULL,
  returned BIGINT NOT NULL,
  extended BIGINT NOT NULL,
  reopened BIGINT NOT NULL,
  repeats BIGINT NOT NULL,
  provisional BIGINT NOT NULL,   -- 1 while a running clock was computed without its year's table
  erased BIGINT NOT NULL,
  touched BIGINT NOT NULL,
  PRIMARY KEY(district, seq)
) /*clustered*/;
CREATE UNIQUE INDEX cases_code ON cases(district, code);
CREATE INDEX cases_raised ON cases(district, raised_day, seq);
CREATE INDEX cases_due ON cases(district, due_day, seq) WHERE due_day IS NOT NULL;
CREATE INDEX cases_ended ON cases(district, ended_day, seq) WHERE ended_day IS NOT NULL;
CREATE INDEX cases_inbox ON cases(district, sealed, alarm, seq) WHERE inbox = 1;
CREATE INDEX cases_alarm ON cases(district, alarm, seq) WHERE alarm IS NOT NULL;
CREATE INDEX cases_wake ON cases(district, wake, seq) WHERE wake IS NOT NULL;
-- All that is asked of it stands in it: otherwise SQLite would rather read every case in order.
CREATE INDEX cases_merged ON cases(district, stage, seq, id) WHERE stage = 'merged';
CREATE INDEX cases_public ON cases(district, street, coarse, seq) WHERE public = 1;

CREATE TABLE tasks(
  district BIGINT NOT NULL,
  seq BIGINT NOT NULL,           -- of the case
  no BIGINT NOT NULL,
  unit TEXT /*collate*/ NOT NULL,
  lead BIGINT NOT NULL,
  state TEXT NOT NULL,
  open BIGINT NOT NULL,
  waiting BIGINT NOT NULL,       -- 1 while others must act: a question or an approval
  due BIGINT NOT NULL,           -- alarm day of what this unit owes; 99999999 when nothing runs
  since BIGINT NOT NULL,
  PRIMARY KEY(district, seq, no)
) /*clustered*/;
CREATE INDEX tasks_due ON tasks(district, unit, due, seq) WHERE open = 1;

CREATE TABLE links(
  district BIGINT NOT NULL,
  seq BIGINT NOT NULL,           -- of the event
  from_case BIGINT NOT NULL,     -- seq of the case
  to_id BYTEA NOT NULL,
  link TEXT NOT NULL,            -- repeat, related, merged
  PRIMARY KEY(district, seq)
) /*clustered*/;
CREATE INDEX links_to ON links(district, to_id);

CREATE TABLE openings(
  district BIGINT NOT NULL,
  seq BIGINT NOT NULL,           -- of the event
  case_seq BIGINT NOT NULL,
  unit TEXT NOT NULL,
  account BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY(district, seq)
) /*clustered*/;

CREATE TABLE publications(
  district BIGINT NOT NULL,
  seq BIGINT NOT NULL,           -- of the event
  no BIGINT NOT NULL,
  corrects BIGINT,
  body TEXT NOT NULL,            -- the figure as published, JSON
  at BIGINT NOT NULL,
  PRIMARY KEY(district, seq, no)
) /*clustered*/;

CREATE TABLE exports(
  district BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  what TEXT NOT NULL,
  format TEXT NOT NULL,
  rows_out BIGINT NOT NULL,
  masked BIGINT NOT NULL,
  unit TEXT,
  account BIGINT,
  at BIGINT NOT NULL,
  PRIMARY KEY(district, seq)
) /*clustered*/;
