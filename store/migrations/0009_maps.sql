-- Outlines that the operator uploads. An upload is checked first (number 0), drawn
-- once it is confirmed (number 1, 2 …), and can be taken back: of each region the
-- outline with the highest number is the current one.
CREATE TABLE map_upload (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('checked', 'drawn', 'undone')),
  number BIGINT NOT NULL,
  areas BIGINT NOT NULL,
  points BIGINT NOT NULL,
  synthetic SMALLINT NOT NULL,
  by_account TEXT NOT NULL,
  created BIGINT NOT NULL,
  data TEXT NOT NULL,
  rev BIGINT NOT NULL CHECK (rev >= 1),
  PRIMARY KEY (county, id),
  FOREIGN KEY (county) REFERENCES tenant (county)
) {{partition}};
CREATE INDEX map_upload_created ON map_upload (county, created);

CREATE TABLE map_shape (
  county TEXT NOT NULL,
  region TEXT NOT NULL,
  upload TEXT NOT NULL,
  number BIGINT NOT NULL,
  level TEXT NOT NULL,
  path TEXT NOT NULL,
  current SMALLINT NOT NULL,
  west DOUBLE PRECISION NOT NULL,
  south DOUBLE PRECISION NOT NULL,
  east DOUBLE PRECISION NOT NULL,
  north DOUBLE PRECISION NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  lng DOUBLE PRECISION NOT NULL,
  shape TEXT NOT NULL,
  PRIMARY KEY (county, region, upload),
  FOREIGN KEY (county, upload) REFERENCES map_upload (county, id)
) {{partition}};
CREATE INDEX map_shape_upload ON map_shape (county, upload);
CREATE INDEX map_shape_current ON map_shape (county, level, path) WHERE current = 1;

-- Visits of one day, for the map of the day.
CREATE INDEX record_visited ON record (county, program, ended) WHERE noun = 'visit' AND ended > 0;
