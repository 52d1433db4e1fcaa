-- Billers that take no payments for now, on a channel or (0) on all of them.
CREATE TABLE biller_suspensions (
    id BIGINT NOT NULL PRIMARY KEY,
    biller INTEGER NOT NULL,
    channel SMALLINT NOT NULL,
    reason TEXT NOT NULL,
    since TIMESTAMP NOT NULL,
    made_by BIGINT NOT NULL,
    made_by_name TEXT NOT NULL,
    lifted_at TIMESTAMP,
    lifted_by BIGINT,
    lifted_by_name TEXT,
    lifted_why TEXT
);
CREATE UNIQUE INDEX biller_suspensions_held ON biller_suspensions (biller, channel) WHERE lifted_at IS NULL;
CREATE INDEX biller_suspensions_biller ON biller_suspensions (biller, id);

-- New definitions of billers, put in force by a second person; base is the digest of what they replace.
CREATE TABLE biller_changes (
    id BIGINT NOT NULL PRIMARY KEY,
    biller INTEGER NOT NULL,
    state SMALLINT NOT NULL,
    definition TEXT NOT NULL,
    base TEXT NOT NULL,
    why TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    made_by BIGINT NOT NULL,
    made_by_name TEXT NOT NULL,
    ended_at TIMESTAMP,
    ended_by BIGINT,
    ended_by_name TEXT,
    CHECK (state <> 2 OR (ended_by IS NOT NULL AND ended_by <> made_by))
);
CREATE UNIQUE INDEX biller_changes_open ON biller_changes (biller) WHERE state = 1;
CREATE INDEX biller_changes_biller ON biller_changes (biller, id);
