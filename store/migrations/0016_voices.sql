-- Voices: what is handed in without a name. A ticket is a row of `voice` from the
-- day a whole sheet of tickets was printed: handing one out only tears its code off
-- the sheet (`voice_blank`) and counts on the holder's line (`voice_share`), so
-- nothing that stays joins a holder to a ticket. What is handed in waits sealed in
-- the tray (`in`) until several lie there or the day is over; no row holds a time
-- finer than the day.
CREATE TABLE voice (
  county TEXT NOT NULL,
  code TEXT NOT NULL,
  parent TEXT NOT NULL,
  program TEXT NOT NULL,
  move TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('free', 'in', 'out')),
  day BIGINT NOT NULL,
  record TEXT NOT NULL,
  sealed {{blob}},
  PRIMARY KEY (county, code)
) {{partition}} {{compact}};
CREATE INDEX voice_tray ON voice (county, state, parent, code) WHERE state = 'in';

-- Who is named in a voice is asked by full names.
CREATE INDEX account_name ON account (county, name);

CREATE TABLE voice_blank (
  county TEXT NOT NULL,
  scope TEXT NOT NULL,
  number TEXT NOT NULL,
  sealed {{blob}},
  PRIMARY KEY (county, scope, number)
) {{partition}} {{compact}};

CREATE TABLE voice_share (
  county TEXT NOT NULL,
  scope TEXT NOT NULL,
  holder TEXT NOT NULL,
  taken BIGINT NOT NULL,
  PRIMARY KEY (county, scope, holder)
) {{partition}} {{compact}};
