-- Version 0.2 of the key store.

-- Second factors of accounts: the shared secret, and the latest time step whose code was used, so that none serves twice.
CREATE TABLE factors (
  district BIGINT NOT NULL,
  account  BIGINT NOT NULL,
  secret   BYTEA  NOT NULL,
  step     BIGINT NOT NULL,
  PRIMARY KEY (district, account)
)/*clustered*/;

-- Codes on paper for who lost the device: SHA-256 of each, removed when it is used.
CREATE TABLE recovery_codes (
  district BIGINT NOT NULL,
  account  BIGINT NOT NULL,
  hash     BYTEA  NOT NULL,
  PRIMARY KEY (district, account, hash)
)/*clustered*/;
