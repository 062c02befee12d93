-- An import works in parts of some hundred lines: the file itself, its lines as
-- texts, and what is said of each line. All are sealed (data), for they are a
-- whole roster; the counts let a screen page through one verdict only.
CREATE TABLE import_part (
  county TEXT NOT NULL,
  run TEXT NOT NULL,
  kind TEXT NOT NULL,
  seq BIGINT NOT NULL,
  good BIGINT NOT NULL,
  warned BIGINT NOT NULL,
  alike BIGINT NOT NULL,
  known BIGINT NOT NULL,
  bad BIGINT NOT NULL,
  skipped BIGINT NOT NULL,
  kept BIGINT NOT NULL,
  data {{blob}},
  PRIMARY KEY (county, run, kind, seq),
  FOREIGN KEY (county, run) REFERENCES import_run (county, id)
) {{partition}};

-- Which column of a file means what, as somebody said it for the same headers.
CREATE TABLE import_mapping (
  county TEXT NOT NULL,
  kind TEXT NOT NULL,
  heads TEXT NOT NULL,
  mapping TEXT NOT NULL,
  by_account TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, kind, heads)
) {{partition}} {{compact}};

CREATE INDEX import_run_state ON import_run (county, state, id);
CREATE INDEX import_run_account ON import_run (county, by_account, created, id);

-- Names that sound alike: an import asks for each line whether one is on file.
CREATE INDEX party_pinyin ON party (county, kind, pinyin);
