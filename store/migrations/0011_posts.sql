-- A post holds from a day to a day (both included, days since 1970 in Beijing); 0 is
-- open. People stand in for one another, and secondments end by themselves.
ALTER TABLE membership ADD COLUMN from_day BIGINT NOT NULL DEFAULT 0;
ALTER TABLE membership ADD COLUMN until_day BIGINT NOT NULL DEFAULT 0;
