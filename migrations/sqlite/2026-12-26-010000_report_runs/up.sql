-- Large reports, written behind the scenes by one process at a time; the file is kept for some days.
CREATE TABLE report_runs (
    id INTEGER NOT NULL PRIMARY KEY,
    state SMALLINT NOT NULL,
    kind TEXT NOT NULL,
    question TEXT NOT NULL,
    form TEXT NOT NULL,
    language SMALLINT NOT NULL,
    made_by BIGINT NOT NULL,
    made_by_name TEXT NOT NULL,
    by_key BOOLEAN NOT NULL,
    made_at TIMESTAMP NOT NULL,
    tries INTEGER NOT NULL,
    rows BIGINT NOT NULL,
    rows_expected BIGINT,
    ended_at TIMESTAMP,
    bytes BIGINT,
    digest TEXT,
    failure TEXT NOT NULL,
    CHECK (state <> 3 OR (ended_at IS NOT NULL AND bytes IS NOT NULL AND digest IS NOT NULL))
);
CREATE INDEX report_runs_asker ON report_runs (made_by, by_key, id);
CREATE INDEX report_runs_open ON report_runs (id) WHERE ended_at IS NULL;
