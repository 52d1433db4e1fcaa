-- Keys of the reports' API. A key is known by its digest.
CREATE TABLE report_keys (
    id INTEGER NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kinds TEXT NOT NULL,
    biller INTEGER,
    made_by BIGINT NOT NULL,
    made_by_name TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
