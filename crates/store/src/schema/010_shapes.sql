-- By which shape each read table was made: its name, and the hash of the columns and indexes that the program gave it.
-- What the read tables look like is said by `rows/` from here on: they are made anew and filled when it changes.

CREATE TABLE shapes(
  name TEXT /*collate*/ NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY(name)
) /*clustered*/;
