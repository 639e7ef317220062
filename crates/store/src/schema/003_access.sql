-- How people and systems get in. Not part of the history: a password's hash is nobody's business but the door's.

CREATE TABLE passwords(
  district BIGINT NOT NULL,
  account BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY(district, account)
) /*clustered*/;

CREATE TABLE sessions(
  district BIGINT NOT NULL,
  key BYTEA NOT NULL,            -- SHA-256 of the cookie
  account BIGINT NOT NULL,
  form BYTEA NOT NULL,           -- the form token
  started BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  PRIMARY KEY(district, key)
) /*clustered*/;
CREATE INDEX sessions_account ON sessions(district, account);

CREATE TABLE token_keys(
  district BIGINT NOT NULL,
  key BYTEA NOT NULL,            -- SHA-256 of the token
  name TEXT NOT NULL,
  PRIMARY KEY(district, key)
) /*clustered*/;
