-- How a biller's payers see it: at most one draft, and what was published, by somebody else than who made it.
CREATE TABLE brand_versions (
    id INTEGER NOT NULL PRIMARY KEY,
    biller INTEGER NOT NULL,
    state SMALLINT NOT NULL,
    number INTEGER,
    content TEXT NOT NULL,
    digest TEXT NOT NULL,
    logo TEXT,
    made_at TIMESTAMP NOT NULL,
    made_by BIGINT NOT NULL,
    made_by_name TEXT NOT NULL,
    ended_at TIMESTAMP,
    ended_by BIGINT,
    ended_by_name TEXT,
    UNIQUE (biller, number),
    CHECK (state <> 2 OR (number IS NOT NULL AND ended_by IS NOT NULL AND ended_by <> made_by))
);
CREATE UNIQUE INDEX brand_versions_draft ON brand_versions (biller) WHERE state = 1;

-- Logos as they are served, by the SHA-256 of their bytes.
CREATE TABLE brand_logos (
    biller INTEGER NOT NULL,
    digest TEXT NOT NULL,
    kind SMALLINT NOT NULL,
    bytes BLOB NOT NULL,
    made_at TIMESTAMP NOT NULL,
    PRIMARY KEY (biller, digest)
);
