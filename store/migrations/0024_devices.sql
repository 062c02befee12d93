-- Things that report by themselves: when they were last heard of, and where. Only
-- the last position is kept, sealed; what an alarm brings lies in its record.
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
  secret {{blob}},
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, record)
) {{partition}};
CREATE INDEX device_seen ON device (county, program, key, seen_at);

-- Platforms that pass reports on, each with a key of its own; only its hash is kept.
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
) {{partition}};
