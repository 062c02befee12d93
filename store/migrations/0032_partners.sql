-- Systems outside that are kept in step with a program. The half of a key that is shown
-- is kept as a hash, what signs and where to send is sealed.
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
  secret {{blob}},
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
) {{partition}};

-- Records that may have something to tell, written with the change itself.
CREATE TABLE partner_due (
  county TEXT NOT NULL,
  partner TEXT NOT NULL,
  record TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (county, partner, record)
) {{partition}};

-- Events as they are handed over, byte for byte; of a record the latest.
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
  secret {{blob}},
  PRIMARY KEY (county, partner, seq)
) {{partition}};
CREATE INDEX partner_out_record ON partner_out (county, partner, record);
CREATE INDEX partner_out_state ON partner_out (county, partner, state, seq);

-- Events that came: each (source, event) once.
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
  secret {{blob}},
  PRIMARY KEY (county, id)
) {{partition}};
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
  secret {{blob}},
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, partner, record)
) {{partition}};
CREATE UNIQUE INDEX partner_link_external ON partner_link (county, partner, external) WHERE external <> '';

-- Fields that both sides have changed.
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
  secret {{blob}},
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id)
) {{partition}};
CREATE UNIQUE INDEX partner_conflict_open ON partner_conflict (county, partner, record, name) WHERE state = 'open';
CREATE INDEX partner_conflict_program ON partner_conflict (county, program, state, id);
