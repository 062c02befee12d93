-- The name of a file is often the name of a person and what he has: it is sealed like
-- what the file is about. Rows from before keep theirs where it stands.
ALTER TABLE attachment ADD COLUMN secret {{blob}};
