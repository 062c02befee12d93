-- Who looks after a group of a roster (包组), and who is on shift (值班).
CREATE TABLE roster_keeper (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  roster TEXT NOT NULL,
  region TEXT NOT NULL,
  account TEXT NOT NULL,
  path TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (county, program, roster, region, account)
) {{partition}};
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
) {{partition}};
CREATE INDEX roster_shift_when ON roster_shift (county, program, roster, until_at);
CREATE INDEX roster_shift_account ON roster_shift (county, account, until_at);

-- What was answered in a way that the form calls urgent.
ALTER TABLE duty_item ADD COLUMN urgent SMALLINT NOT NULL DEFAULT 0;
CREATE INDEX duty_item_party ON duty_item (county, party, due) WHERE done_at = 0 AND missed_at = 0;
CREATE INDEX duty_round_open ON duty_round (county, program, key) WHERE state = 'window';
