-- Uploads that may be cut off and go on. The parts wait here until the whole file has
-- been checked against its hash, and are gone then.
CREATE TABLE upload (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  size BIGINT NOT NULL CHECK (size > 0),
  sha256 TEXT NOT NULL,
  received BIGINT NOT NULL CHECK (received >= 0),
  attachment TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (county, id)
) {{partition}};
CREATE INDEX upload_account ON upload (county, account, created);
CREATE INDEX upload_created ON upload (county, created);

CREATE TABLE upload_part (
  county TEXT NOT NULL,
  upload TEXT NOT NULL,
  start BIGINT NOT NULL,
  body {{blob}} NOT NULL,
  PRIMARY KEY (county, upload, start),
  FOREIGN KEY (county, upload) REFERENCES upload (county, id)
) {{partition}};

-- The other side's half of a two-sided confirmation that reached the server before the
-- half of whoever served: it waits for the move it confirms.
CREATE TABLE confirmation (
  county TEXT NOT NULL,
  record TEXT NOT NULL,
  account TEXT NOT NULL,
  facts TEXT NOT NULL,
  at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (county, record, account, facts)
) {{partition}};

-- What is running and with a unit: what its people's phones hold.
CREATE INDEX record_held_org ON record (county, owner_org, id) WHERE ended = 0 AND owner_org <> '';
CREATE INDEX record_held_provider ON record (county, provider, id) WHERE ended = 0 AND provider <> '';
