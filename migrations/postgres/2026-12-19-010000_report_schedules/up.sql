-- Reports that are mailed by the clock; due_at is null once a schedule is ended.
CREATE TABLE report_schedules (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    biller INTEGER,
    days TEXT NOT NULL,
    form TEXT NOT NULL,
    language SMALLINT NOT NULL,
    recipients TEXT NOT NULL,
    every TEXT NOT NULL,
    at_minute INTEGER NOT NULL,
    made_by BIGINT NOT NULL,
    made_by_name TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP
);
CREATE INDEX report_schedules_due ON report_schedules (due_at) WHERE due_at IS NOT NULL;

-- One mail to each recipient for each time that a schedule was due.
CREATE TABLE report_mails (
    id BIGINT NOT NULL PRIMARY KEY,
    schedule_id BIGINT NOT NULL,
    due_at TIMESTAMP NOT NULL,
    recipient TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    is_sent BOOLEAN NOT NULL,
    proof TEXT NOT NULL,
    UNIQUE (schedule_id, due_at, recipient)
);
CREATE INDEX report_mails_open ON report_mails (id) WHERE ended_at IS NULL;
