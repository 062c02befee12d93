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
  reverses TEXT NOT NULL,
  PRIMARY KEY (county, id)
) {{partition}};
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
) {{partition}} {{compact}};

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
) {{partition}} {{compact}};

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
) {{partition}} {{compact}};

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
) {{partition}} {{compact}};

CREATE TABLE idempotency (
  county TEXT NOT NULL,
  account TEXT NOT NULL,
  key TEXT NOT NULL,
  hash TEXT NOT NULL,
  status BIGINT NOT NULL,
  body {{blob}},
  created BIGINT NOT NULL,
  PRIMARY KEY (county, account, key)
) {{partition}} {{compact}};
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
) {{partition}};
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
) {{partition}} {{compact}};
CREATE INDEX gram_id ON gram (county, kind, id, gram, path);

CREATE TABLE program_version (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  version BIGINT NOT NULL,
  hash TEXT NOT NULL,
  source {{blob}},
  applied_at BIGINT NOT NULL,
  by_account TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (county, program, version)
) {{partition}};

CREATE TABLE param_value (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  from_day BIGINT NOT NULL,
  value TEXT NOT NULL,
  by_account TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, program, key, from_day)
) {{partition}};

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
) {{partition}};
CREATE INDEX import_run_created ON import_run (county, created);
