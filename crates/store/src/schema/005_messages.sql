-- Messages. The table of version 0.1 was never written to.
DROP TABLE outbox;

-- Who is to be told of which event, written with the event. A row names case and event and nothing else: what the message
-- says, and the address, are read when it is sent.
CREATE TABLE outbox(
  district BIGINT NOT NULL,
  seq BIGINT NOT NULL,           -- of the event
  no BIGINT NOT NULL,            -- an event may be told to several
  stream BYTEA NOT NULL,         -- the case
  kind TEXT NOT NULL,            -- sms, email, robot
  topic TEXT NOT NULL,
  unit TEXT,                     -- whose group is told; none: the case's resident
  lang TEXT NOT NULL,
  state TEXT NOT NULL,           -- waiting, sending, sent, kept, dropped, failed, unsure
  tries BIGINT NOT NULL,
  next BIGINT NOT NULL,          -- the earliest time of the next try, in milliseconds
  at BIGINT NOT NULL,            -- when the state changed last
  said TEXT,                     -- what went wrong last, as a code: never an address
  PRIMARY KEY(district, seq, no)
) /*clustered*/;
CREATE INDEX outbox_waiting ON outbox(district, kind, next, seq, no) WHERE state = 'waiting';
-- Whole for the statements that use them: of half an index SQLite thinks no better than of the primary key.
CREATE INDEX outbox_state ON outbox(district, kind, state, at, unit);
CREATE INDEX outbox_settled ON outbox(district, at) WHERE state NOT IN ('waiting', 'sending');
CREATE INDEX outbox_kept ON outbox(district, at, seq, no) WHERE state = 'kept';
CREATE INDEX outbox_said ON outbox(district, at, seq, no)
  WHERE said IS NOT NULL AND state IN ('waiting', 'failed', 'unsure');
CREATE INDEX outbox_case ON outbox(district, stream, unit, state);

-- How far each web hook has got in the ledger.
CREATE TABLE hooks(
  district BIGINT NOT NULL,
  name TEXT /*collate*/ NOT NULL,
  next_seq BIGINT NOT NULL,      -- the first entry that was not delivered
  tries BIGINT NOT NULL,
  next BIGINT NOT NULL,
  at BIGINT NOT NULL,
  stopped BIGINT NOT NULL,       -- 1 after too many tries, until somebody lets it go on
  said TEXT,
  PRIMARY KEY(district, name)
) /*clustered*/;
