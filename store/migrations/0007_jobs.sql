-- Long work in the background. payload is sealed (it may hold what somebody
-- searched for or typed); mark is where a job goes on after a restart; worker and
-- until are the lease of the process that works on it; next_at is when one may take
-- up (0 = nobody any more).
CREATE TABLE job (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  owner TEXT NOT NULL,
  state TEXT NOT NULL,
  done BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  total BIGINT NOT NULL,
  mark TEXT NOT NULL,
  result TEXT NOT NULL,
  fault TEXT NOT NULL,
  file TEXT NOT NULL,
  worker TEXT NOT NULL,
  next_at BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  created BIGINT NOT NULL,
  started BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  payload {{blob}},
  PRIMARY KEY (county, id)
) {{partition}};
CREATE INDEX job_next ON job (county, next_at, id) WHERE next_at > 0;
CREATE INDEX job_owner ON job (county, owner, id);
CREATE INDEX job_file ON job (county, file) WHERE file <> '';
CREATE INDEX job_ended ON job (county, ended) WHERE ended > 0;

-- One thing a job works on, and what became of it. undo is sealed: how it stood
-- before.
CREATE TABLE job_item (
  county TEXT NOT NULL,
  job TEXT NOT NULL,
  n BIGINT NOT NULL,
  target TEXT NOT NULL,
  state TEXT NOT NULL,
  code TEXT NOT NULL,
  data TEXT NOT NULL,
  undo {{blob}},
  PRIMARY KEY (county, job, n),
  FOREIGN KEY (county, job) REFERENCES job (county, id)
) {{partition}};
CREATE INDEX job_item_state ON job_item (county, job, state, n);

-- A list's filters that somebody has named; org is set when his organisation sees
-- them too. The filters are sealed: they may hold a name that was searched for.
CREATE TABLE saved_filter (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  org TEXT NOT NULL,
  list TEXT NOT NULL,
  name TEXT NOT NULL,
  created BIGINT NOT NULL,
  rev BIGINT NOT NULL,
  filters {{blob}},
  PRIMARY KEY (county, id)
) {{partition}};
CREATE INDEX saved_filter_account ON saved_filter (county, account, id);
CREATE INDEX saved_filter_org ON saved_filter (county, org, id) WHERE org <> '';
