-- The filters of its worklist that an account has given a name. Not part of the history.

CREATE TABLE views(
  district BIGINT NOT NULL,
  account BIGINT NOT NULL,
  list TEXT /*collate*/ NOT NULL,  -- the list that it filters: desk
  name TEXT /*collate*/ NOT NULL,
  query TEXT NOT NULL,             -- the filters as the list's address has them
  PRIMARY KEY(district, account, list, name)
) /*clustered*/;
