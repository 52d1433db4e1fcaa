-- Rules against fraud, a row each time one is proposed. One of a code is in force, one waits.
CREATE TABLE guard_rules (
    id BIGINT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    definition TEXT NOT NULL,
    state SMALLINT NOT NULL,
    proposed_at TIMESTAMP NOT NULL,
    proposed_by BIGINT NOT NULL,
    proposed_by_name TEXT NOT NULL,
    decided_at TIMESTAMP,
    decided_by BIGINT,
    decided_by_name TEXT NOT NULL,
    CHECK (decided_by IS NULL OR decided_by <> proposed_by)
);
CREATE UNIQUE INDEX guard_rules_waiting ON guard_rules (code) WHERE state = 1;
CREATE UNIQUE INDEX guard_rules_in_force ON guard_rules (code) WHERE state = 2;

-- Lists of whom nothing is taken from, and of whom no rule is asked about. The value is a digest.
CREATE TABLE guard_entries (
    id BIGINT NOT NULL PRIMARY KEY,
    list SMALLINT NOT NULL,
    subject SMALLINT NOT NULL,
    value BYTEA NOT NULL,
    shown TEXT NOT NULL,
    reason TEXT NOT NULL,
    added_at TIMESTAMP NOT NULL,
    added_by BIGINT NOT NULL,
    added_by_name TEXT NOT NULL,
    ends_at TIMESTAMP,
    removed_at TIMESTAMP,
    removed_by_name TEXT NOT NULL
);
CREATE UNIQUE INDEX guard_entries_value ON guard_entries (value, list) WHERE removed_at IS NULL;

-- What was decided, once for a quote and a rule; tried again it only counts.
CREATE TABLE guard_hits (
    id BIGINT NOT NULL PRIMARY KEY,
    quote_id BIGINT NOT NULL,
    source SMALLINT NOT NULL,
    source_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    outcome SMALLINT NOT NULL,
    explanation TEXT NOT NULL,
    biller INTEGER NOT NULL,
    channel SMALLINT NOT NULL,
    instrument SMALLINT NOT NULL,
    amount BIGINT NOT NULL,
    outlet TEXT NOT NULL,
    phone TEXT NOT NULL,
    first_at TIMESTAMP NOT NULL,
    last_at TIMESTAMP NOT NULL,
    times INTEGER NOT NULL
);
CREATE UNIQUE INDEX guard_hits_once ON guard_hits (quote_id, source, source_id, outcome);
CREATE INDEX guard_hits_source ON guard_hits (source, source_id, id);

-- Payments that wait for a person, by their quotes.
CREATE TABLE guard_cases (
    id BIGINT NOT NULL PRIMARY KEY,
    quote_id BIGINT NOT NULL,
    hit_id BIGINT NOT NULL,
    state SMALLINT NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    decided_at TIMESTAMP,
    decided_by BIGINT,
    decided_by_name TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE UNIQUE INDEX guard_cases_quote ON guard_cases (quote_id) WHERE state IN (1, 2);
CREATE INDEX guard_cases_of ON guard_cases (quote_id, state);
CREATE INDEX guard_cases_waiting ON guard_cases (id) WHERE state = 1;

-- Grows with every change of rules and lists: other processes see by it that they have to read again.
INSERT INTO counters (name, next) VALUES ('guard', 1);
