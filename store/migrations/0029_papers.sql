-- What a paper says may name people: it lies sealed, as the classed fields of records
-- do. `data` stays for rows written before, until they are sealed in the background.
ALTER TABLE document ADD COLUMN secret {{blob}};
CREATE INDEX document_bare ON document (county, id) WHERE data <> '{}';

-- Who has said that he has read a paper (`reading`), once for each of its versions.
CREATE TABLE document_reading (
  county TEXT NOT NULL,
  document TEXT NOT NULL,
  account TEXT NOT NULL,
  party TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, document, account)
) {{partition}};

-- Through whose hands a file has gone (`custody`): a chain of its own for each file,
-- each link with the hash of the one before. Nothing is ever changed or removed.
CREATE TABLE custody (
  county TEXT NOT NULL,
  attachment TEXT NOT NULL,
  seq BIGINT NOT NULL,
  record TEXT NOT NULL,
  act TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  note TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (county, attachment, seq)
) {{partition}};
