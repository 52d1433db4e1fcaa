ALTER TABLE guard_entries DROP COLUMN length;
DROP TABLE guard_traces;
