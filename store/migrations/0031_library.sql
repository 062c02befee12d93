-- What lies in a content library: a line for each item that is or was published, made
-- anew from its record in the transaction that changes it. `opened` is up to the last
-- day that is over.
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
) {{partition}};
CREATE INDEX library_item_shelf ON library_item (county, program, key, state, published_at, id);

-- Topics of what is published now.
CREATE TABLE library_topic (
  county TEXT NOT NULL,
  item TEXT NOT NULL,
  topic TEXT NOT NULL,
  program TEXT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (county, item, topic)
) {{partition}};
CREATE INDEX library_topic_shelf ON library_topic (county, program, key, topic);

-- How often an item was opened on a day. There is no reader here, no time of day and
-- no address, nor is there in the event by which a day that is over is counted.
CREATE TABLE library_day (
  county TEXT NOT NULL,
  item TEXT NOT NULL,
  day BIGINT NOT NULL,
  n BIGINT NOT NULL,
  counted BIGINT NOT NULL,
  PRIMARY KEY (county, item, day)
) {{partition}};
CREATE INDEX library_day_due ON library_day (county, day) WHERE n > counted;
