-- The SQLite schema after all migrations, for reading. Written by: go test ./store -run TestSchema -update

CREATE TABLE tenant (
  county TEXT NOT NULL CHECK (length(county) = 6),
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (county)
);

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
);
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
);
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
  rev BIGINT NOT NULL CHECK (rev >= 1), seen BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county) REFERENCES tenant (county)
);
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
  active SMALLINT NOT NULL, from_day BIGINT NOT NULL DEFAULT 0, until_day BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, account) REFERENCES account (county, id),
  FOREIGN KEY (county, org) REFERENCES org (county, id)
);
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
  address TEXT NOT NULL, stage TEXT NOT NULL DEFAULT '', strong BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (county, token_hash),
  FOREIGN KEY (county, account) REFERENCES account (county, id)
);
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
  secret BLOB,
  created BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  active SMALLINT NOT NULL,
  merged_into TEXT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county) REFERENCES tenant (county)
);
CREATE INDEX party_order ON party (county, kind, created, id);
CREATE INDEX party_path ON party (county, kind, path);

CREATE TABLE party_ident (
  county TEXT NOT NULL,
  kind TEXT NOT NULL,
  index_hash TEXT NOT NULL,
  party TEXT NOT NULL,
  PRIMARY KEY (county, kind, index_hash),
  FOREIGN KEY (county, party) REFERENCES party (county, id)
)  WITHOUT ROWID;
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
)  WITHOUT ROWID;
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
);
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
  withdrawn_at BIGINT NOT NULL, role TEXT NOT NULL DEFAULT '', purpose TEXT NOT NULL DEFAULT '', withdrawn_by TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, party) REFERENCES party (county, id)
);
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
);
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
  secret BLOB,
  hist TEXT NOT NULL,
  walk TEXT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county) REFERENCES tenant (county),
  FOREIGN KEY (county, parent) REFERENCES record (county, id) DEFERRABLE INITIALLY IMMEDIATE,
  FOREIGN KEY (county, subject) REFERENCES party (county, id)
);
CREATE INDEX record_order ON record (county, program, key, created, id);
CREATE INDEX record_stage ON record (county, program, key, stage, created, id);
CREATE INDEX record_parent ON record (county, parent, key) WHERE parent IS NOT NULL;
CREATE INDEX record_root ON record (county, root) WHERE parent IS NOT NULL;
CREATE INDEX record_subject ON record (county, subject, created) WHERE subject IS NOT NULL;
CREATE UNIQUE INDEX record_ref ON record (county, ref_no) WHERE ref_no <> '';

CREATE TABLE record_unique (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (county, program, key, value),
  FOREIGN KEY (county, record) REFERENCES record (county, id)
)  WITHOUT ROWID;
CREATE INDEX record_unique_record ON record_unique (county, record);

CREATE TABLE ref_counter (
  county TEXT NOT NULL,
  key TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (county, key)
)  WITHOUT ROWID;

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
);
CREATE INDEX event_record ON event (county, record, id) WHERE record <> '';
CREATE INDEX event_root ON event (county, root, id) WHERE root <> record;
CREATE INDEX event_subject ON event (county, subject, id) WHERE subject <> '';

CREATE TABLE outbox_cursor (
  county TEXT NOT NULL,
  name TEXT NOT NULL,
  tx BIGINT NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (county, name)
)  WITHOUT ROWID;

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
);
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
)  WITHOUT ROWID;

CREATE TABLE match_run (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  record TEXT NOT NULL,
  key TEXT NOT NULL,
  step BIGINT NOT NULL,
  state TEXT NOT NULL,
  sent BIGINT NOT NULL,
  data TEXT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, record) REFERENCES record (county, id)
);
CREATE INDEX match_run_record ON match_run (county, record, key, id);

CREATE TABLE panel_run (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  record TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  round BIGINT NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  data TEXT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX panel_run_round ON panel_run (county, record, program, kind, key, round);
CREATE INDEX panel_run_due ON panel_run (county, state, due_at) WHERE due_at > 0;

CREATE TABLE signature (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  target TEXT NOT NULL,
  move TEXT NOT NULL,
  payload TEXT NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL,
  created BIGINT NOT NULL,
  mover TEXT NOT NULL,
  closes_at BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
);
CREATE INDEX signature_target ON signature (county, target, state);
CREATE INDEX signature_closes ON signature (county, closes_at) WHERE closes_at > 0;

CREATE TABLE signature_sign (
  county TEXT NOT NULL,
  signature TEXT NOT NULL,
  slot BIGINT NOT NULL,
  account TEXT NOT NULL,
  party TEXT NOT NULL,
  decision TEXT NOT NULL,
  at BIGINT NOT NULL,
  proof TEXT NOT NULL,
  PRIMARY KEY (county, signature, slot),
  FOREIGN KEY (county, signature) REFERENCES signature (county, id)
);
CREATE INDEX signature_sign_account ON signature_sign (county, account);

CREATE TABLE response (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  form TEXT NOT NULL,
  record TEXT NOT NULL,
  subject TEXT NOT NULL,
  by_account TEXT NOT NULL,
  by_party TEXT NOT NULL,
  at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  data TEXT NOT NULL,
  secret BLOB,
  score BIGINT NOT NULL,
  scored SMALLINT NOT NULL,
  band TEXT NOT NULL,
  class SMALLINT NOT NULL CHECK (class BETWEEN 0 AND 4),
  PRIMARY KEY (county, id)
);
CREATE INDEX response_record ON response (county, record, form, at) WHERE record <> '';
CREATE INDEX response_subject ON response (county, subject, program, form, at) WHERE subject <> '';
CREATE INDEX response_form ON response (county, program, form, at);

CREATE TABLE duty_round (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  from_day BIGINT NOT NULL,
  until_day BIGINT NOT NULL,
  by_account TEXT NOT NULL,
  region TEXT NOT NULL,
  path TEXT NOT NULL,
  created BIGINT NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
);
CREATE INDEX duty_round_key ON duty_round (county, program, key, created);

CREATE TABLE duty_item (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  round TEXT NOT NULL,
  over_kind TEXT NOT NULL,
  over_id TEXT NOT NULL,
  record TEXT NOT NULL,
  party TEXT NOT NULL,
  region TEXT NOT NULL,
  path TEXT NOT NULL,
  to_account TEXT NOT NULL,
  to_org TEXT NOT NULL,
  opens BIGINT NOT NULL,
  due BIGINT NOT NULL,
  closes BIGINT NOT NULL,
  done_at BIGINT NOT NULL,
  missed_at BIGINT NOT NULL,
  data TEXT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1), urgent SMALLINT NOT NULL DEFAULT 0,
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX duty_item_once ON duty_item (county, program, key, over_kind, over_id, opens);
CREATE INDEX duty_item_open ON duty_item (county, closes) WHERE done_at = 0 AND missed_at = 0;
CREATE INDEX duty_item_account ON duty_item (county, to_account, due) WHERE done_at = 0 AND missed_at = 0;
CREATE INDEX duty_item_org ON duty_item (county, to_org, due) WHERE done_at = 0 AND missed_at = 0;
CREATE INDEX duty_item_over ON duty_item (county, over_id, program, key);
CREATE INDEX duty_item_round ON duty_item (county, round) WHERE round <> '';
CREATE INDEX duty_item_record ON duty_item (county, record) WHERE record <> '';

CREATE TABLE pass (
  county TEXT NOT NULL,
  hash TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  record TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  uses_left BIGINT NOT NULL,
  revoked SMALLINT NOT NULL,
  PRIMARY KEY (county, hash)
);
CREATE INDEX pass_record ON pass (county, record);

CREATE TABLE document (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  record TEXT NOT NULL,
  party TEXT NOT NULL,
  serial TEXT NOT NULL,
  version BIGINT NOT NULL,
  issued_at BIGINT NOT NULL,
  data TEXT NOT NULL,
  hash TEXT NOT NULL,
  state TEXT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1), secret BLOB,
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX document_serial ON document (county, serial, version) WHERE serial <> '';
CREATE INDEX document_record ON document (county, record, program, key);
CREATE INDEX document_party ON document (county, party) WHERE party <> '';

CREATE TABLE ledger (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  period TEXT NOT NULL,
  path TEXT NOT NULL,
  state TEXT NOT NULL,
  data TEXT NOT NULL,
  hash TEXT NOT NULL,
  frozen_at BIGINT NOT NULL,
  frozen_by TEXT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX ledger_period ON ledger (county, program, key, period, path);

CREATE TABLE notice (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  target TEXT NOT NULL,
  state TEXT NOT NULL,
  data TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
);
CREATE INDEX notice_state ON notice (county, state, published_at);
CREATE INDEX notice_target ON notice (county, target);

CREATE TABLE delivery (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  to_account TEXT NOT NULL,
  to_party TEXT NOT NULL,
  to_index TEXT NOT NULL,
  channel TEXT NOT NULL,
  message TEXT NOT NULL,
  text TEXT NOT NULL,
  state TEXT NOT NULL,
  tries BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  record TEXT NOT NULL,
  created BIGINT NOT NULL, program TEXT NOT NULL DEFAULT '', route TEXT NOT NULL DEFAULT '', urgent SMALLINT NOT NULL DEFAULT 0, fails BIGINT NOT NULL DEFAULT 0, replays BIGINT NOT NULL DEFAULT 0, expires_at BIGINT NOT NULL DEFAULT 0, tried_at BIGINT NOT NULL DEFAULT 0, ended_at BIGINT NOT NULL DEFAULT 0, receipt TEXT NOT NULL DEFAULT '', answer TEXT NOT NULL DEFAULT '', merged TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (county, id)
);
CREATE INDEX delivery_account ON delivery (county, to_account, id) WHERE to_account <> '';
CREATE INDEX delivery_party ON delivery (county, to_party, id) WHERE to_party <> '';
CREATE INDEX delivery_record ON delivery (county, record) WHERE record <> '';

CREATE TABLE attachment (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  size BIGINT NOT NULL,
  mime TEXT NOT NULL,
  name TEXT NOT NULL,
  record TEXT NOT NULL,
  by_account TEXT NOT NULL,
  created BIGINT NOT NULL,
  class SMALLINT NOT NULL CHECK (class BETWEEN 0 AND 4), secret BLOB,
  PRIMARY KEY (county, id)
);
CREATE INDEX attachment_record ON attachment (county, record) WHERE record <> '';
CREATE INDEX attachment_sha ON attachment (county, sha256);

CREATE TABLE entry (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  account TEXT NOT NULL,
  dims TEXT NOT NULL,
  amount BIGINT NOT NULL,
  record TEXT NOT NULL,
  event TEXT NOT NULL,
  at BIGINT NOT NULL,
  reverses TEXT NOT NULL, other TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (county, id)
);
CREATE INDEX entry_account ON entry (county, program, account, dims, id);
CREATE INDEX entry_record ON entry (county, record) WHERE record <> '';
CREATE UNIQUE INDEX entry_reverses ON entry (county, reverses) WHERE reverses <> '';

CREATE TABLE balance (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  account TEXT NOT NULL,
  dims TEXT NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (county, program, account, dims)
)  WITHOUT ROWID;

CREATE TABLE counter (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  stat TEXT NOT NULL,
  day BIGINT NOT NULL,
  path TEXT NOT NULL,
  dims TEXT NOT NULL,
  slot SMALLINT NOT NULL,
  value BIGINT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (county, program, stat, day, path, dims, slot)
)  WITHOUT ROWID;

CREATE TABLE counter_set (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  stat TEXT NOT NULL,
  day BIGINT NOT NULL,
  path TEXT NOT NULL,
  dims TEXT NOT NULL,
  member TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (county, program, stat, day, path, dims, member)
)  WITHOUT ROWID;

CREATE TABLE stat_value (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  stat TEXT NOT NULL,
  day BIGINT NOT NULL,
  path TEXT NOT NULL,
  dims TEXT NOT NULL,
  value BIGINT NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (county, program, stat, day, path, dims, event)
)  WITHOUT ROWID;

CREATE TABLE idempotency (
  county TEXT NOT NULL,
  account TEXT NOT NULL,
  key TEXT NOT NULL,
  hash TEXT NOT NULL,
  status BIGINT NOT NULL,
  body BLOB,
  created BIGINT NOT NULL,
  PRIMARY KEY (county, account, key)
)  WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (county, created);

CREATE TABLE audit (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  purpose TEXT NOT NULL,
  detail TEXT NOT NULL,
  seq BIGINT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX audit_seq ON audit (county, seq) WHERE seq > 0;
CREATE INDEX audit_loose ON audit (county, id) WHERE seq = 0;
CREATE INDEX audit_object ON audit (county, object, id);
CREATE INDEX audit_actor ON audit (county, actor, id);

CREATE TABLE gram (
  county TEXT NOT NULL,
  kind TEXT NOT NULL,
  gram TEXT NOT NULL,
  id TEXT NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (county, kind, gram, id)
)  WITHOUT ROWID;
CREATE INDEX gram_id ON gram (county, kind, id, gram, path);

CREATE TABLE program_version (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  version BIGINT NOT NULL,
  hash TEXT NOT NULL,
  source BLOB,
  applied_at BIGINT NOT NULL,
  by_account TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (county, program, version)
);

CREATE TABLE param_value (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  from_day BIGINT NOT NULL,
  value TEXT NOT NULL,
  by_account TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, program, key, from_day)
);

CREATE TABLE import_run (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  by_account TEXT NOT NULL,
  state TEXT NOT NULL,
  total BIGINT NOT NULL,
  done BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  data TEXT NOT NULL,
  created BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
);
CREATE INDEX import_run_created ON import_run (county, created);
CREATE INDEX record_town ON record (county, program, key, substr(path, 1, 24), created, id, path, stage);
CREATE INDEX record_owner ON record (county, owner, created, id, program, key) WHERE owner <> '';
CREATE INDEX record_owner_org ON record (county, owner_org, created, id, program, key) WHERE owner_org <> '';
CREATE INDEX record_provider ON record (county, provider, created, id, program, key) WHERE provider <> '';

CREATE TABLE import_part (
  county TEXT NOT NULL,
  run TEXT NOT NULL,
  kind TEXT NOT NULL,
  seq BIGINT NOT NULL,
  good BIGINT NOT NULL,
  warned BIGINT NOT NULL,
  alike BIGINT NOT NULL,
  known BIGINT NOT NULL,
  bad BIGINT NOT NULL,
  skipped BIGINT NOT NULL,
  kept BIGINT NOT NULL,
  data BLOB,
  PRIMARY KEY (county, run, kind, seq),
  FOREIGN KEY (county, run) REFERENCES import_run (county, id)
);

CREATE TABLE import_mapping (
  county TEXT NOT NULL,
  kind TEXT NOT NULL,
  heads TEXT NOT NULL,
  mapping TEXT NOT NULL,
  by_account TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, kind, heads)
)  WITHOUT ROWID;
CREATE INDEX import_run_state ON import_run (county, state, id);
CREATE INDEX import_run_account ON import_run (county, by_account, created, id);
CREATE INDEX party_pinyin ON party (county, kind, pinyin);

CREATE TABLE job (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  owner TEXT NOT NULL,
  state TEXT NOT NULL,
  done BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  total BIGINT NOT NULL,
  mark TEXT NOT NULL,
  result TEXT NOT NULL,
  fault TEXT NOT NULL,
  file TEXT NOT NULL,
  worker TEXT NOT NULL,
  next_at BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  created BIGINT NOT NULL,
  started BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  payload BLOB,
  PRIMARY KEY (county, id)
);
CREATE INDEX job_next ON job (county, next_at, id) WHERE next_at > 0;
CREATE INDEX job_owner ON job (county, owner, id);
CREATE INDEX job_file ON job (county, file) WHERE file <> '';
CREATE INDEX job_ended ON job (county, ended) WHERE ended > 0;

CREATE TABLE job_item (
  county TEXT NOT NULL,
  job TEXT NOT NULL,
  n BIGINT NOT NULL,
  target TEXT NOT NULL,
  state TEXT NOT NULL,
  code TEXT NOT NULL,
  data TEXT NOT NULL,
  undo BLOB,
  PRIMARY KEY (county, job, n),
  FOREIGN KEY (county, job) REFERENCES job (county, id)
);
CREATE INDEX job_item_state ON job_item (county, job, state, n);

CREATE TABLE saved_filter (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  org TEXT NOT NULL,
  list TEXT NOT NULL,
  name TEXT NOT NULL,
  created BIGINT NOT NULL,
  rev BIGINT NOT NULL,
  filters BLOB,
  PRIMARY KEY (county, id)
);
CREATE INDEX saved_filter_account ON saved_filter (county, account, id);
CREATE INDEX saved_filter_org ON saved_filter (county, org, id) WHERE org <> '';

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
);
CREATE INDEX upload_account ON upload (county, account, created);
CREATE INDEX upload_created ON upload (county, created);

CREATE TABLE upload_part (
  county TEXT NOT NULL,
  upload TEXT NOT NULL,
  start BIGINT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (county, upload, start),
  FOREIGN KEY (county, upload) REFERENCES upload (county, id)
);

CREATE TABLE confirmation (
  county TEXT NOT NULL,
  record TEXT NOT NULL,
  account TEXT NOT NULL,
  facts TEXT NOT NULL,
  at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (county, record, account, facts)
);
CREATE INDEX record_held_org ON record (county, owner_org, id) WHERE ended = 0 AND owner_org <> '';
CREATE INDEX record_held_provider ON record (county, provider, id) WHERE ended = 0 AND provider <> '';

CREATE TABLE map_upload (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('checked', 'drawn', 'undone')),
  number BIGINT NOT NULL,
  areas BIGINT NOT NULL,
  points BIGINT NOT NULL,
  synthetic SMALLINT NOT NULL,
  by_account TEXT NOT NULL,
  created BIGINT NOT NULL,
  data TEXT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id),
  FOREIGN KEY (county) REFERENCES tenant (county)
);
CREATE INDEX map_upload_created ON map_upload (county, created);

CREATE TABLE map_shape (
  county TEXT NOT NULL,
  region TEXT NOT NULL,
  upload TEXT NOT NULL,
  number BIGINT NOT NULL,
  level TEXT NOT NULL,
  path TEXT NOT NULL,
  current SMALLINT NOT NULL,
  west DOUBLE PRECISION NOT NULL,
  south DOUBLE PRECISION NOT NULL,
  east DOUBLE PRECISION NOT NULL,
  north DOUBLE PRECISION NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  lng DOUBLE PRECISION NOT NULL,
  shape TEXT NOT NULL,
  PRIMARY KEY (county, region, upload),
  FOREIGN KEY (county, upload) REFERENCES map_upload (county, id)
);
CREATE INDEX map_shape_upload ON map_shape (county, upload);
CREATE INDEX map_shape_current ON map_shape (county, level, path) WHERE current = 1;
CREATE INDEX record_visited ON record (county, program, ended) WHERE noun = 'visit' AND ended > 0;
CREATE INDEX delivery_route ON delivery (county, route, id) WHERE next_at > 0;
CREATE INDEX delivery_expires ON delivery (county, expires_at) WHERE next_at > 0;
CREATE INDEX delivery_tried ON delivery (county, route, tried_at) WHERE tried_at > 0;
CREATE INDEX delivery_out ON delivery (county, state, id) WHERE channel <> 'push';
CREATE INDEX delivery_unread ON delivery (county, to_account, id) WHERE channel = 'push' AND state = 'sent';

CREATE TABLE channel (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  org TEXT NOT NULL,
  active SMALLINT NOT NULL,
  per_minute BIGINT NOT NULL CHECK (per_minute >= 1),
  config TEXT NOT NULL,
  secret BLOB,
  created BIGINT NOT NULL,
  fails BIGINT NOT NULL,
  closed BIGINT NOT NULL,
  open_at BIGINT NOT NULL,
  last_ok BIGINT NOT NULL,
  last_fail BIGINT NOT NULL,
  error TEXT NOT NULL,
  lease BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
);

CREATE TABLE contact (
  county TEXT NOT NULL,
  account TEXT NOT NULL,
  phone BLOB,
  off TEXT NOT NULL,
  quiet_from BIGINT NOT NULL,
  quiet_until BIGINT NOT NULL,
  rest SMALLINT NOT NULL,
  gather BIGINT NOT NULL,
  told_at BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, account),
  FOREIGN KEY (county, account) REFERENCES account (county, id)
);

CREATE TABLE notice_page (
  county TEXT NOT NULL,
  notice TEXT NOT NULL,
  page BIGINT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (county, notice, page)
);

CREATE TABLE notice_objection (
  county TEXT NOT NULL,
  notice TEXT NOT NULL,
  record TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, notice, record)
);

CREATE TABLE ballot_roll (
  county TEXT NOT NULL,
  ballot TEXT NOT NULL,
  voter TEXT NOT NULL,
  period TEXT NOT NULL,
  votes BIGINT NOT NULL,
  channel TEXT NOT NULL,
  ticket TEXT NOT NULL,
  PRIMARY KEY (county, ballot, voter)
)  WITHOUT ROWID;

CREATE TABLE ballot_paper (
  county TEXT NOT NULL,
  ballot TEXT NOT NULL,
  paper TEXT NOT NULL,
  state TEXT NOT NULL,
  picks TEXT NOT NULL,
  sealed BLOB,
  PRIMARY KEY (county, ballot, paper)
)  WITHOUT ROWID;
CREATE INDEX ballot_paper_state ON ballot_paper (county, ballot, state, paper);

CREATE TABLE ballot_count (
  county TEXT NOT NULL,
  ballot TEXT NOT NULL,
  pick TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (county, ballot, pick)
)  WITHOUT ROWID;
CREATE INDEX entry_time ON entry (county, program, account, at, id);

CREATE TABLE voice (
  county TEXT NOT NULL,
  code TEXT NOT NULL,
  parent TEXT NOT NULL,
  program TEXT NOT NULL,
  move TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('free', 'in', 'out')),
  day BIGINT NOT NULL,
  record TEXT NOT NULL,
  sealed BLOB,
  PRIMARY KEY (county, code)
)  WITHOUT ROWID;
CREATE INDEX voice_tray ON voice (county, state, parent, code) WHERE state = 'in';
CREATE INDEX account_name ON account (county, name);

CREATE TABLE voice_blank (
  county TEXT NOT NULL,
  scope TEXT NOT NULL,
  number TEXT NOT NULL,
  sealed BLOB,
  PRIMARY KEY (county, scope, number)
)  WITHOUT ROWID;

CREATE TABLE voice_share (
  county TEXT NOT NULL,
  scope TEXT NOT NULL,
  holder TEXT NOT NULL,
  taken BIGINT NOT NULL,
  PRIMARY KEY (county, scope, holder)
)  WITHOUT ROWID;

CREATE TABLE roster_keeper (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  roster TEXT NOT NULL,
  region TEXT NOT NULL,
  account TEXT NOT NULL,
  path TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (county, program, roster, region, account)
);
CREATE INDEX roster_keeper_account ON roster_keeper (county, account);

CREATE TABLE roster_shift (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  roster TEXT NOT NULL,
  rank TEXT NOT NULL,
  account TEXT NOT NULL,
  path TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX roster_shift_when ON roster_shift (county, program, roster, until_at);
CREATE INDEX roster_shift_account ON roster_shift (county, account, until_at);
CREATE INDEX duty_item_party ON duty_item (county, party, due) WHERE done_at = 0 AND missed_at = 0;
CREATE INDEX duty_round_open ON duty_round (county, program, key) WHERE state = 'window';

CREATE TABLE stat_fact (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  stat TEXT NOT NULL,
  day BIGINT NOT NULL,
  event TEXT NOT NULL,
  i BIGINT NOT NULL,
  path TEXT NOT NULL,
  dims TEXT NOT NULL,
  member TEXT NOT NULL,
  record TEXT NOT NULL,
  value BIGINT NOT NULL,
  n BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, program, stat, day, event, i)
)  WITHOUT ROWID;

CREATE TABLE holding (
  county TEXT NOT NULL,
  holder TEXT NOT NULL,
  program TEXT NOT NULL,
  account TEXT NOT NULL,
  dims TEXT NOT NULL,
  PRIMARY KEY (county, holder, program, account, dims)
)  WITHOUT ROWID;

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
);
CREATE INDEX ground_use_party ON ground_use (county, party, program, key);
CREATE INDEX ground_use_by ON ground_use (county, by_account, until_at);
CREATE INDEX ground_use_review ON ground_use (county, review_by) WHERE review_by > 0;

CREATE TABLE occasion (
  county TEXT NOT NULL,
  record TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  parent TEXT NOT NULL,
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  PRIMARY KEY (county, record),
  FOREIGN KEY (county, record) REFERENCES record (county, id)
);
CREATE INDEX occasion_start ON occasion (county, start_at, record);
CREATE INDEX occasion_parent ON occasion (county, parent, start_at);

CREATE TABLE commitment (
  county TEXT NOT NULL,
  holder TEXT NOT NULL,
  record TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  PRIMARY KEY (county, holder, record)
);
CREATE INDEX commitment_time ON commitment (county, holder, to_at);
CREATE INDEX commitment_record ON commitment (county, record);

CREATE TABLE commitment_lock (
  county TEXT NOT NULL,
  holder TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (county, holder)
);

CREATE TABLE calendar_feed (
  county TEXT NOT NULL,
  account TEXT NOT NULL,
  hash TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (county, account)
);
CREATE INDEX calendar_feed_hash ON calendar_feed (county, hash);

CREATE TABLE device (
  county TEXT NOT NULL,
  record TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  at BIGINT NOT NULL,
  battery BIGINT NOT NULL,
  alarm_at BIGINT NOT NULL,
  alarms BIGINT NOT NULL,
  told TEXT NOT NULL,
  secret BLOB,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, record)
);
CREATE INDEX device_seen ON device (county, program, key, seen_at);

CREATE TABLE gateway (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  active SMALLINT NOT NULL,
  created BIGINT NOT NULL,
  by_account TEXT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX document_bare ON document (county, id) WHERE data <> '{}';

CREATE TABLE document_reading (
  county TEXT NOT NULL,
  document TEXT NOT NULL,
  account TEXT NOT NULL,
  party TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, document, account)
);

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
);
CREATE INDEX counter_place ON counter (county, program, stat, path, day);
CREATE INDEX counter_set_place ON counter_set (county, program, stat, path, day);

CREATE TABLE library_item (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  title TEXT NOT NULL,
  lead TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  opened BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, id) REFERENCES record (county, id)
);
CREATE INDEX library_item_shelf ON library_item (county, program, key, state, published_at, id);

CREATE TABLE library_topic (
  county TEXT NOT NULL,
  item TEXT NOT NULL,
  topic TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (county, item, topic)
);
CREATE INDEX library_topic_shelf ON library_topic (county, program, key, topic);

CREATE TABLE library_day (
  county TEXT NOT NULL,
  item TEXT NOT NULL,
  day BIGINT NOT NULL,
  n BIGINT NOT NULL,
  counted BIGINT NOT NULL,
  PRIMARY KEY (county, item, day)
);
CREATE INDEX library_day_due ON library_day (county, day) WHERE n > counted;

CREATE TABLE partner (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  ceiling BIGINT NOT NULL,
  push SMALLINT NOT NULL,
  pull SMALLINT NOT NULL,
  active SMALLINT NOT NULL,
  hash TEXT NOT NULL,
  next TEXT NOT NULL,
  secret BLOB,
  fails BIGINT NOT NULL,
  closed BIGINT NOT NULL,
  open_at BIGINT NOT NULL,
  last_ok BIGINT NOT NULL,
  last_fail BIGINT NOT NULL,
  error TEXT NOT NULL,
  lease BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  pulled BIGINT NOT NULL,
  filled TEXT NOT NULL,
  last_in BIGINT NOT NULL,
  told BIGINT NOT NULL,
  created BIGINT NOT NULL,
  by_account TEXT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
);

CREATE TABLE partner_due (
  county TEXT NOT NULL,
  partner TEXT NOT NULL,
  record TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (county, partner, record)
);

CREATE TABLE partner_out (
  county TEXT NOT NULL,
  partner TEXT NOT NULL,
  seq BIGINT NOT NULL,
  id TEXT NOT NULL,
  record TEXT NOT NULL,
  type TEXT NOT NULL,
  state TEXT NOT NULL,
  tries BIGINT NOT NULL,
  fails BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  first_fail BIGINT NOT NULL,
  created BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  error TEXT NOT NULL,
  secret BLOB,
  PRIMARY KEY (county, partner, seq)
);
CREATE INDEX partner_out_record ON partner_out (county, partner, record);
CREATE INDEX partner_out_state ON partner_out (county, partner, state, seq);

CREATE TABLE partner_in (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  partner TEXT NOT NULL,
  source TEXT NOT NULL,
  event TEXT NOT NULL,
  state TEXT NOT NULL,
  record TEXT NOT NULL,
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  error TEXT NOT NULL,
  secret BLOB,
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX partner_in_event ON partner_in (county, partner, source, event);
CREATE INDEX partner_in_state ON partner_in (county, partner, state, id);

CREATE TABLE partner_link (
  county TEXT NOT NULL,
  partner TEXT NOT NULL,
  record TEXT NOT NULL,
  external TEXT NOT NULL,
  sent_seq BIGINT NOT NULL,
  theirs BIGINT NOT NULL,
  gone SMALLINT NOT NULL,
  secret BLOB,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, partner, record)
);
CREATE UNIQUE INDEX partner_link_external ON partner_link (county, partner, external) WHERE external <> '';

CREATE TABLE partner_conflict (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  partner TEXT NOT NULL,
  program TEXT NOT NULL,
  record TEXT NOT NULL,
  name TEXT NOT NULL,
  version BIGINT NOT NULL,
  state TEXT NOT NULL,
  at BIGINT NOT NULL,
  by_account TEXT NOT NULL,
  decided BIGINT NOT NULL,
  secret BLOB,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
);
CREATE UNIQUE INDEX partner_conflict_open ON partner_conflict (county, partner, record, name) WHERE state = 'open';
CREATE INDEX partner_conflict_program ON partner_conflict (county, program, state, id);
CREATE INDEX duty_item_unmade ON duty_item (county, program, key, opens) WHERE done_at = 0 AND missed_at = 0 AND record = '';

CREATE TABLE partner_stop (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  record TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, program, key, record)
);

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
  secret BLOB NOT NULL,
  PRIMARY KEY (county, id),
  FOREIGN KEY (county, account) REFERENCES account (county, id)
);
CREATE INDEX factor_account ON factor (county, account);
CREATE UNIQUE INDEX factor_handle ON factor (county, handle) WHERE handle <> '';

CREATE TABLE recovery_code (
  county TEXT NOT NULL,
  account TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (county, account, digest),
  FOREIGN KEY (county, account) REFERENCES account (county, id)
);

CREATE TABLE challenge (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  use TEXT NOT NULL,
  expires BIGINT NOT NULL,
  secret BLOB NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX challenge_expires ON challenge (county, expires);

CREATE TABLE password_past (
  county TEXT NOT NULL,
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (county, account, at, hash),
  FOREIGN KEY (county, account) REFERENCES account (county, id)
);

CREATE TABLE approval (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  proposer TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  seen TEXT NOT NULL,
  decider TEXT NOT NULL,
  note TEXT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  decided BIGINT NOT NULL,
  secret BLOB NOT NULL,
  PRIMARY KEY (county, id)
);
CREATE INDEX approval_state ON approval (county, state, id);
CREATE INDEX approval_object ON approval (county, object, id);
