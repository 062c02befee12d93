-- Consents say in which role and for what they were given, and who withdrew them.
ALTER TABLE consent ADD COLUMN role TEXT NOT NULL DEFAULT '';
ALTER TABLE consent ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
ALTER TABLE consent ADD COLUMN withdrawn_by TEXT NOT NULL DEFAULT '';

-- Legal grounds taken by named people, and glasses broken to read what is sealed:
-- who, about whom, why, until when, and what became of the review. Kept for good.
CREATE TABLE ground_use (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  party TEXT NOT NULL,
  by_account TEXT NOT NULL,
  org TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  signer TEXT NOT NULL,
  review_by BIGINT NOT NULL,
  told_at BIGINT NOT NULL,
  reviewer TEXT NOT NULL,
  reviewed_at BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  ended_at BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, party) REFERENCES party (county, id)
) {{partition}};
CREATE INDEX ground_use_party ON ground_use (county, party, program, key);
CREATE INDEX ground_use_by ON ground_use (county, by_account, until_at);
CREATE INDEX ground_use_review ON ground_use (county, review_by) WHERE review_by > 0;
