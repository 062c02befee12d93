-- What a notice shows, page by page, already masked: the public page reads one row
-- and nothing else.
CREATE TABLE notice_page (
  county TEXT NOT NULL,
  notice TEXT NOT NULL,
  page BIGINT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (county, notice, page)
) {{partition}};

CREATE TABLE notice_objection (
  county TEXT NOT NULL,
  notice TEXT NOT NULL,
  record TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, notice, record)
) {{partition}};
