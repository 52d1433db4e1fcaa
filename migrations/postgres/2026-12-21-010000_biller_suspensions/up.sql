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
