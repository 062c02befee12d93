-- Records that a program has stopped keeping in step with a system outside, until a
-- consent that shares with it is given anew.
CREATE TABLE partner_stop (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  record TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, program, key, record)
) {{partition}};
