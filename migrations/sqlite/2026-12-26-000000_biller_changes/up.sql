-- Changes of what is set of billers: asked for by one person, decided by another; at most one waits for each biller. Whoever
-- asked may only take it back.
CREATE TABLE biller_changes (
    id INTEGER NOT NULL PRIMARY KEY,
    biller INTEGER NOT NULL,
    state SMALLINT NOT NULL,
    text TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    why TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    made_by BIGINT NOT NULL,
    made_by_name TEXT NOT NULL,
    ended_at TIMESTAMP,
    ended_by BIGINT,
    ended_by_name TEXT,
    word TEXT,
    CHECK (state = 1 OR (ended_at IS NOT NULL AND ended_by IS NOT NULL AND word IS NOT NULL)),
    CHECK (state NOT IN (2, 3) OR ended_by <> made_by),
    CHECK (state <> 4 OR ended_by = made_by)
);
CREATE UNIQUE INDEX biller_changes_waiting ON biller_changes (biller) WHERE state = 1;
CREATE INDEX biller_changes_biller ON biller_changes (biller, id);
