-- When sessions are: the calendar of what can be booked is read by time.
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
) {{partition}};
CREATE INDEX occasion_start ON occasion (county, start_at, record);
CREATE INDEX occasion_parent ON occasion (county, parent, start_at);

-- The one commitment calendar: who or what is taken when, and by which record.
-- Times touch but never overlap for one holder.
CREATE TABLE commitment (
  county TEXT NOT NULL,
  holder TEXT NOT NULL,
  record TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  to_at BIGINT NOT NULL,
  PRIMARY KEY (county, holder, record)
) {{partition}};
CREATE INDEX commitment_time ON commitment (county, holder, to_at);
CREATE INDEX commitment_record ON commitment (county, record);

-- A row that whoever commits a holder's time writes first: the second waits for it.
CREATE TABLE commitment_lock (
  county TEXT NOT NULL,
  holder TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (county, holder)
) {{partition}};

-- An account's calendar address: only the token's hash is kept.
CREATE TABLE calendar_feed (
  county TEXT NOT NULL,
  account TEXT NOT NULL,
  hash TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (county, account)
) {{partition}};
CREATE INDEX calendar_feed_hash ON calendar_feed (county, hash);
