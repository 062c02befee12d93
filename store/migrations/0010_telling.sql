-- Messages that leave the county: by which channel, until when they are worth
-- sending, and what became of them.
ALTER TABLE delivery ADD COLUMN program TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN route TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN urgent SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN fails BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN replays BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN tried_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN ended_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN receipt TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN answer TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN merged TEXT NOT NULL DEFAULT '';

-- Before this step messages only went to a log. Nobody waits for them.
UPDATE delivery SET state = 'skipped', next_at = 0, answer = 'no_channel' WHERE channel <> 'push' AND state IN ('queued', 'sending');

DROP INDEX delivery_next;
-- A worker takes a channel's messages in the order in which they were written.
CREATE INDEX delivery_route ON delivery (county, route, id) WHERE next_at > 0;
CREATE INDEX delivery_expires ON delivery (county, expires_at) WHERE next_at > 0;
-- How many went by a channel in the last minute.
CREATE INDEX delivery_tried ON delivery (county, route, tried_at) WHERE tried_at > 0;
-- The operator's list, and what a person has not read.
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
  secret {{blob}},
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
) {{partition}};

CREATE TABLE contact (
  county TEXT NOT NULL,
  account TEXT NOT NULL,
  phone {{blob}},
  off TEXT NOT NULL,
  quiet_from BIGINT NOT NULL,
  quiet_until BIGINT NOT NULL,
  rest SMALLINT NOT NULL,
  gather BIGINT NOT NULL,
  told_at BIGINT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, account),
  FOREIGN KEY (county, account) REFERENCES account (county, id)
) {{partition}};
