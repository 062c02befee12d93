-- A second factor beside the password. A sign-in that still lacks it has a stage and opens
-- nothing but that step; strong is when its person last proved who he is.
ALTER TABLE sign_in ADD COLUMN stage TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_in ADD COLUMN strong BIGINT NOT NULL DEFAULT 0;

-- What an account proves itself by: the seed of one-time codes (kind totp) or a public key
-- (kind passkey), sealed. A factor without active is begun and not yet shown to work.
CREATE TABLE factor (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  active SMALLINT NOT NULL,
  handle TEXT NOT NULL,
  step BIGINT NOT NULL,
  created BIGINT NOT NULL,
  used BIGINT NOT NULL,
  secret {{blob}} NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, account) REFERENCES account (county, id)
) {{partition}};
CREATE INDEX factor_account ON factor (county, account);
CREATE UNIQUE INDEX factor_handle ON factor (county, handle) WHERE handle <> '';

-- Codes for the day when the phone is lost: keyed digests, each good once.
CREATE TABLE recovery_code (
  county TEXT NOT NULL,
  account TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (county, account, digest),
  FOREIGN KEY (county, account) REFERENCES account (county, id)
) {{partition}};

-- A question the server has asked and waits to be answered: a challenge of a passkey, the
-- way to an identity provider and back. It is answered once, in time, or not at all.
CREATE TABLE challenge (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  use TEXT NOT NULL,
  expires BIGINT NOT NULL,
  secret {{blob}} NOT NULL,
  PRIMARY KEY (county, id)
) {{partition}};
CREATE INDEX challenge_expires ON challenge (county, expires);
