-- The journal: an entry names the account on the other side, and a period's entries
-- of an account are found by their time.
ALTER TABLE entry ADD COLUMN other TEXT NOT NULL DEFAULT '';
CREATE INDEX entry_time ON entry (county, program, account, at, id);
