-- What runs by the clock, a row a job: which occurrence is due next, and who is at it.
CREATE TABLE jobs (
    name TEXT NOT NULL PRIMARY KEY,
    next_run_at TIMESTAMP NOT NULL,
    -- A run that failed is tried again from here on.
    not_before TIMESTAMP NOT NULL,
    lease_owner TEXT NOT NULL,
    leased_until TIMESTAMP NOT NULL,
    -- Grows with each claim: an end that comes with an older number is refused.
    fencing BIGINT NOT NULL,
    failures INTEGER NOT NULL,
    done_at TIMESTAMP,
    incident_id BIGINT
) WITHOUT ROWID;

CREATE TABLE job_runs (
    id INTEGER NOT NULL PRIMARY KEY,
    job TEXT NOT NULL,
    fencing BIGINT NOT NULL,
    scheduled_for TIMESTAMP NOT NULL,
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    outcome SMALLINT NOT NULL,
    cause SMALLINT NOT NULL,
    counts TEXT NOT NULL,
    error TEXT NOT NULL,
    node TEXT NOT NULL,
    UNIQUE (job, fencing)
);

-- When a network was last reminded of an outlet's low float.
CREATE TABLE float_reminders (
    outlet TEXT NOT NULL PRIMARY KEY,
    reminded_at TIMESTAMP NOT NULL
) WITHOUT ROWID;
