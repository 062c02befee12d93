-- What should have made its record by now is asked at every tick, for each duty that
-- makes records: the open ones that have none yet, not all that the duty ever had.
CREATE INDEX duty_item_unmade ON duty_item (county, program, key, opens) WHERE done_at = 0 AND missed_at = 0 AND record = '';
