-- The key store: kept apart, so that its backups can be short-lived and an erasure is not undone by an old copy.

CREATE TABLE case_keys (
  district BIGINT NOT NULL,
  stream   BYTEA  NOT NULL,
  key      BYTEA  NOT NULL,
  PRIMARY KEY (district, stream)
)/*clustered*/;

CREATE TABLE secrets (
  district BIGINT NOT NULL,
  name     TEXT/*collate*/ NOT NULL,
  value    TEXT   NOT NULL,
  PRIMARY KEY (district, name)
)/*clustered*/;
