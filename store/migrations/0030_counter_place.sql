-- A village's own figure, which rules ask for each village of a county: by place
-- first. Values are not in it, so that counting up writes nothing here.
CREATE INDEX counter_place ON counter (county, program, stat, path, day);
CREATE INDEX counter_set_place ON counter_set (county, program, stat, path, day);
