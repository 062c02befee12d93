-- What each counter is made of, event by event, so that a figure can be opened:
-- the counters are nothing but the sum of these rows. i tells apart what one event
-- counts for one figure.
CREATE TABLE stat_fact (
  county TEXT NOT NULL,
  program TEXT NOT NULL,
  stat TEXT NOT NULL,
  day BIGINT NOT NULL,
  event TEXT NOT NULL,
  i BIGINT NOT NULL,
  path TEXT NOT NULL,
  dims TEXT NOT NULL,
  member TEXT NOT NULL,
  record TEXT NOT NULL,
  value BIGINT NOT NULL,
  n BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (county, program, stat, day, event, i)
) {{partition}} {{compact}};

INSERT INTO stat_fact (county, program, stat, day, event, i, path, dims, member, record, value, n, at)
SELECT e.county, e.program, c.value ->> 's', CAST(c.value ->> 'd' AS BIGINT), e.id, {{count_at}}, c.value ->> 'p',
  COALESCE(c.value ->> 'k', ''), COALESCE(c.value ->> 'm', ''), e.record, CAST(c.value ->> 'v' AS BIGINT), CAST(c.value ->> 'n' AS BIGINT), e.recorded_at
FROM event AS e, {{each_count}}
WHERE c.value ->> 's' NOT LIKE '\_%' ESCAPE '\';

-- Who holds which part of an account: statements are looked up by their holder.
CREATE TABLE holding (
  county TEXT NOT NULL,
  holder TEXT NOT NULL,
  program TEXT NOT NULL,
  account TEXT NOT NULL,
  dims TEXT NOT NULL,
  PRIMARY KEY (county, holder, program, account, dims)
) {{partition}} {{compact}};

INSERT INTO holding (county, holder, program, account, dims)
WITH RECURSIVE part (county, program, account, dims, one, rest) AS (
  SELECT county, program, account, dims, substr(dims, 1, 0), dims || '&' FROM balance WHERE dims <> ''
  UNION ALL
  SELECT county, program, account, dims, substr(rest, 1, {{find_amp}} - 1), substr(rest, {{find_amp}} + 1) FROM part WHERE rest <> ''
)
SELECT DISTINCT county, substr(one, {{find_eq}} + 1), program, account, dims FROM part
WHERE one <> '' AND substr(one, {{find_eq}} + 1) <> '';
