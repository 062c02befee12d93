-- Lists in order: what a list asks of a row stands in the index it walks, so that
-- only the rows of the page itself are read. 24 characters of a path are province,
-- city, county and town (44/4409/440902/440902100): an officer of a town, and of a
-- village in it, walks the list of that town alone.
DROP INDEX record_path;
CREATE INDEX record_town ON record (county, program, key, substr(path, 1, 24), created, id, path, stage);
DROP INDEX record_owner;
CREATE INDEX record_owner ON record (county, owner, created, id, program, key) WHERE owner <> '';
DROP INDEX record_owner_org;
CREATE INDEX record_owner_org ON record (county, owner_org, created, id, program, key) WHERE owner_org <> '';
DROP INDEX record_provider;
CREATE INDEX record_provider ON record (county, provider, created, id, program, key) WHERE provider <> '';
