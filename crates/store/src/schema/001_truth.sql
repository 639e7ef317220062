-- The truth: everything else can be computed from these tables and the keys.

-- What happened, in order: `entry` is the public part as it was hashed, `body` the event's own words without personal data.
CREATE TABLE events (
  district BIGINT NOT NULL,
  seq      BIGINT NOT NULL,
  stream   BYTEA  NOT NULL,
  version  BIGINT NOT NULL,
  kind     TEXT   NOT NULL,
  at       BIGINT NOT NULL,
  entry    BYTEA  NOT NULL,
  body     BYTEA  NOT NULL,
  PRIMARY KEY (district, seq)
)/*clustered*/;
CREATE UNIQUE INDEX events_by_stream ON events (district, stream, version);
/*append-only events*/

-- The private part of the event `seq`, encrypted under its case's key; erased by deleting the row and the key.
CREATE TABLE vault (
  district BIGINT NOT NULL,
  seq      BIGINT NOT NULL,
  sealed   BYTEA  NOT NULL,
  PRIMARY KEY (district, seq)
)/*clustered*/;

-- Photos and documents of a case, encrypted likewise; `hash` names the content.
CREATE TABLE files (
  district BIGINT NOT NULL,
  stream   BYTEA  NOT NULL,
  hash     BYTEA  NOT NULL,
  kind     TEXT   NOT NULL,
  sealed   BYTEA  NOT NULL,
  PRIMARY KEY (district, stream, hash)
);

-- Full tiles of the tree: 256 hashes of 32 bytes each.
CREATE TABLE tiles (
  district BIGINT NOT NULL,
  level    BIGINT NOT NULL,
  idx      BIGINT NOT NULL,
  hashes   BYTEA  NOT NULL,
  PRIMARY KEY (district, level, idx)
);
/*append-only tiles*/

-- Signed checkpoints, one for each commit. `before` is the size of the one before it: one that is taken out leaves a gap.
CREATE TABLE checkpoints (
  district BIGINT NOT NULL,
  size     BIGINT NOT NULL,
  note     BYTEA  NOT NULL,
  before   BIGINT,
  PRIMARY KEY (district, size)
)/*clustered*/;
/*append-only checkpoints*/

-- What was done under an idempotency key: the same key again gets the same answer.
CREATE TABLE done (
  district BIGINT NOT NULL,
  key      BYTEA  NOT NULL,
  request  BYTEA  NOT NULL,
  stream   BYTEA  NOT NULL,
  seq      BIGINT NOT NULL,
  size     BIGINT NOT NULL,
  PRIMARY KEY (district, key)
)/*clustered*/;

-- Messages that wait to be sent.
CREATE TABLE outbox (
  district BIGINT NOT NULL,
  seq      BIGINT NOT NULL,
  kind     TEXT   NOT NULL,
  body     BYTEA  NOT NULL,
  state    TEXT   NOT NULL,
  tries    BIGINT NOT NULL,
  PRIMARY KEY (district, seq)
)/*clustered*/;
