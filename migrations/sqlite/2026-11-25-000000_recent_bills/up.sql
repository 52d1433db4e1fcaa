-- What batches changed of bills and request keys since it was last folded into their trees, in the order of arrival. The
-- last row of a key is how it stands; a key without a row here stands as its tree says.
CREATE TABLE recent_bills (
    id INTEGER NOT NULL PRIMARY KEY,
    key BLOB NOT NULL,
    biller INTEGER NOT NULL,
    state SMALLINT NOT NULL,
    payment_id BIGINT NOT NULL,
    generation INTEGER NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE recent_keys (
    id INTEGER NOT NULL PRIMARY KEY,
    key BLOB NOT NULL,
    input BLOB NOT NULL,
    payment_id BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
