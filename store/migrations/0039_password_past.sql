-- Former passwords, as hashes, so that the last ones are not taken again; and when an
-- account was last signed in to, for the list of those long unused.
CREATE TABLE password_past (
  county TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (county, account, at, hash),
  FOREIGN KEY (county, account) REFERENCES account (county, id)
) {{partition}};
ALTER TABLE account ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;
