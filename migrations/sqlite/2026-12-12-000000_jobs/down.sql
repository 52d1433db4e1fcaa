DROP TABLE float_reminders;
DROP TABLE job_runs;
DROP TABLE jobs;
