-- Words in double braces are filled in by dialect.go; TEXT is byte-ordered on
-- both engines. Conventions: county is first in every key; times are unix
-- milliseconds UTC, 0 = none; days are counted from 1970-01-01; yes/no is 0/1;
-- '' = none for text, except where a foreign key needs NULL.

CREATE TABLE tenant (
  county TEXT NOT NULL CHECK (length(county) = 6),
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (county)
) {{partition}};

CREATE TABLE region (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  parent TEXT NOT NULL,
  level TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  lng DOUBLE PRECISION NOT NULL,
  area_geo TEXT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to BIGINT NOT NULL,
  active SMALLINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id),
  FOREIGN KEY (county) REFERENCES tenant (county)
) {{partition}};
CREATE INDEX region_path ON region (county, path);
CREATE INDEX region_parent ON region (county, parent);

CREATE TABLE org (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  level TEXT NOT NULL,
  name TEXT NOT NULL,
  short_name TEXT NOT NULL,
  uscc TEXT NOT NULL,
  region TEXT NOT NULL,
  path TEXT NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  lng DOUBLE PRECISION NOT NULL,
  address TEXT NOT NULL,
  phone TEXT NOT NULL,
  tags TEXT NOT NULL,
  area_path TEXT NOT NULL,
  stars BIGINT NOT NULL,
  active SMALLINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id),
  FOREIGN KEY (county) REFERENCES tenant (county)
) {{partition}};
CREATE INDEX org_kind ON org (county, kind, path);
CREATE INDEX org_path ON org (county, path);
CREATE UNIQUE INDEX org_uscc ON org (county, uscc) WHERE uscc <> '';

CREATE TABLE account (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  phone_index TEXT NOT NULL,
  party TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  active SMALLINT NOT NULL,
  failed BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  created BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id),
  FOREIGN KEY (county) REFERENCES tenant (county)
) {{partition}};
CREATE UNIQUE INDEX account_login ON account (county, login);
CREATE INDEX account_phone ON account (county, phone_index) WHERE phone_index <> '';
CREATE INDEX account_party ON account (county, party) WHERE party <> '';

CREATE TABLE membership (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  org TEXT NOT NULL,
  role TEXT NOT NULL,
  post TEXT NOT NULL,
  region TEXT NOT NULL,
  path TEXT NOT NULL,
  active SMALLINT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, account) REFERENCES account (county, id),
  FOREIGN KEY (county, org) REFERENCES org (county, id)
) {{partition}};
CREATE INDEX membership_account ON membership (county, account);
CREATE INDEX membership_org ON membership (county, org, role);
CREATE INDEX membership_role ON membership (county, role, path);

CREATE TABLE sign_in (
  county TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  account TEXT NOT NULL,
  created BIGINT NOT NULL,
  seen BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  agent TEXT NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (county, token_hash),
  FOREIGN KEY (county, account) REFERENCES account (county, id)
) {{partition}};
CREATE INDEX sign_in_account ON sign_in (county, account);
CREATE INDEX sign_in_expires ON sign_in (county, expires);

CREATE TABLE party (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('person', 'household', 'enterprise', 'organization')),
  name TEXT NOT NULL,
  pinyin TEXT NOT NULL,
  region TEXT NOT NULL,
  path TEXT NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  lng DOUBLE PRECISION NOT NULL,
  address TEXT NOT NULL,
  tags TEXT NOT NULL,
  data TEXT NOT NULL,
  secret {{blob}},
  created BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  active SMALLINT NOT NULL,
  merged_into TEXT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county) REFERENCES tenant (county)
) {{partition}};
CREATE INDEX party_order ON party (county, kind, created, id);
CREATE INDEX party_path ON party (county, kind, path);

CREATE TABLE party_ident (
  county TEXT NOT NULL,
  kind TEXT NOT NULL,
  index_hash TEXT NOT NULL,
  party TEXT NOT NULL,
  PRIMARY KEY (county, kind, index_hash),
  FOREIGN KEY (county, party) REFERENCES party (county, id)
) {{partition}} {{compact}};
CREATE INDEX party_ident_party ON party_ident (county, party);

CREATE TABLE party_relation (
  county TEXT NOT NULL,
  a TEXT NOT NULL,
  kind TEXT NOT NULL,
  b TEXT NOT NULL,
  from_day BIGINT NOT NULL,
  until_day BIGINT NOT NULL,
  PRIMARY KEY (county, a, kind, b, from_day),
  FOREIGN KEY (county, a) REFERENCES party (county, id),
  FOREIGN KEY (county, b) REFERENCES party (county, id)
) {{partition}} {{compact}};
CREATE INDEX party_relation_b ON party_relation (county, b, kind);

CREATE TABLE standing (
  county TEXT NOT NULL,
  party TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  record TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, party, program, key),
  FOREIGN KEY (county, party) REFERENCES party (county, id)
) {{partition}};
CREATE INDEX standing_key ON standing (county, program, key, state);

CREATE TABLE consent (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  party TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  by_party TEXT NOT NULL,
  by_account TEXT NOT NULL,
  evidence TEXT NOT NULL,
  scope TEXT NOT NULL,
  text_version TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  withdrawn_at BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, party) REFERENCES party (county, id)
) {{partition}};
CREATE INDEX consent_party ON consent (county, party, program, key);

CREATE TABLE roster_member (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  roster TEXT NOT NULL,
  member TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  grp TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (county, program, roster, member, from_at)
) {{partition}};
CREATE INDEX roster_member_member ON roster_member (county, member);

CREATE TABLE record (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  version BIGINT NOT NULL,
  key TEXT NOT NULL,
  noun TEXT NOT NULL,
  ref_no TEXT NOT NULL,
  parent TEXT,
  root TEXT NOT NULL,
  subject TEXT,
  class SMALLINT NOT NULL CHECK (class BETWEEN 0 AND 4),
  uniq TEXT NOT NULL,
  stage TEXT NOT NULL,
  phase TEXT NOT NULL CHECK (phase <> ''),
  owner TEXT NOT NULL,
  owner_org TEXT NOT NULL,
  provider TEXT NOT NULL,
  org TEXT NOT NULL,
  region TEXT NOT NULL,
  path TEXT NOT NULL,
  channel TEXT NOT NULL,
  reason TEXT NOT NULL,
  created BIGINT NOT NULL,
  entered BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  data TEXT NOT NULL,
  secret {{blob}},
  hist TEXT NOT NULL,
  walk TEXT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county) REFERENCES tenant (county),
  FOREIGN KEY (county, parent) REFERENCES record (county, id) DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (county, subject) REFERENCES party (county, id)
) {{partition}};
CREATE INDEX record_order ON record (county, program, key, created, id);
CREATE INDEX record_stage ON record (county, program, key, stage, created, id);
CREATE INDEX record_path ON record (county, program, key, path, stage);
CREATE INDEX record_parent ON record (county, parent, key) WHERE parent IS NOT NULL;
CREATE INDEX record_root ON record (county, root) WHERE parent IS NOT NULL;
CREATE INDEX record_subject ON record (county, subject, created) WHERE subject IS NOT NULL;
CREATE INDEX record_owner ON record (county, owner, created) WHERE owner <> '';
CREATE INDEX record_owner_org ON record (county, owner_org, created) WHERE owner_org <> '';
CREATE INDEX record_provider ON record (county, provider, created) WHERE provider <> '';
CREATE UNIQUE INDEX record_ref ON record (county, ref_no) WHERE ref_no <> '';

CREATE TABLE record_unique (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (county, program, key, value),
  FOREIGN KEY (county, record) REFERENCES record (county, id)
) {{partition}} {{compact}};
CREATE INDEX record_unique_record ON record_unique (county, record);

CREATE TABLE ref_counter (
  county TEXT NOT NULL,
  key TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (county, key)
) {{partition}} {{compact}};

CREATE TABLE event (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  tx BIGINT NOT NULL,
  record TEXT NOT NULL,
  root TEXT NOT NULL,
  subject TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  type TEXT NOT NULL,
  move TEXT NOT NULL,
  actor TEXT NOT NULL,
  org TEXT NOT NULL,
  occurred_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  data TEXT NOT NULL,
  stats TEXT NOT NULL,
  class SMALLINT NOT NULL CHECK (class BETWEEN 0 AND 4),
  PRIMARY KEY (county, id)
) {{partition}};
CREATE INDEX event_record ON event (county, record, id) WHERE record <> '';
CREATE INDEX event_root ON event (county, root, id) WHERE root <> record;
CREATE INDEX event_subject ON event (county, subject, id) WHERE subject <> '';
{{event_order}}

CREATE TABLE outbox_cursor (
  county TEXT NOT NULL,
  name TEXT NOT NULL,
  tx BIGINT NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (county, name)
) {{partition}} {{compact}};

CREATE TABLE clock (
  county TEXT NOT NULL,
  record TEXT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  met_at BIGINT NOT NULL,
  limit_text TEXT NOT NULL,
  inputs TEXT NOT NULL,
  next_at BIGINT NOT NULL,
  next_rung TEXT NOT NULL,
  fired TEXT NOT NULL,
  PRIMARY KEY (county, record, key),
  FOREIGN KEY (county, record) REFERENCES record (county, id)
) {{partition}};
CREATE INDEX clock_next ON clock (county, next_at) WHERE next_at > 0;

CREATE TABLE rung (
  county TEXT NOT NULL,
  record TEXT NOT NULL,
  clock TEXT NOT NULL,
  start_at BIGINT NOT NULL,
  rung TEXT NOT NULL,
  fired_at BIGINT NOT NULL,
  PRIMARY KEY (county, record, clock, start_at, rung),
  FOREIGN KEY (county, record) REFERENCES record (county, id)
) {{partition}} {{compact}};
