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
) {{partition}};
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
) {{partition}};
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
) {{partition}};
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
) {{partition}};
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
  secret {{blob}},
  score BIGINT NOT NULL,
  scored SMALLINT NOT NULL,
  band TEXT NOT NULL,
  class SMALLINT NOT NULL CHECK (class BETWEEN 0 AND 4),
  PRIMARY KEY (county, id)
) {{partition}};
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
) {{partition}};
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
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
) {{partition}};
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
) {{partition}};
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
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
) {{partition}};
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
) {{partition}};
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
) {{partition}};
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
  created BIGINT NOT NULL,
  PRIMARY KEY (county, id)
) {{partition}};
CREATE INDEX delivery_next ON delivery (county, next_at) WHERE next_at > 0;
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
  class SMALLINT NOT NULL CHECK (class BETWEEN 0 AND 4),
  PRIMARY KEY (county, id)
) {{partition}};
CREATE INDEX attachment_record ON attachment (county, record) WHERE record <> '';
CREATE INDEX attachment_sha ON attachment (county, sha256);
