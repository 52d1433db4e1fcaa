-- What people ask for by law about their own data: whose it is goes when the request ends, the rest stays.
CREATE TABLE person_requests (
    id BIGINT NOT NULL PRIMARY KEY,
    request_key TEXT NOT NULL UNIQUE,
    kind SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    phone TEXT,
    email TEXT,
    biller INTEGER,
    contract TEXT,
    language SMALLINT NOT NULL,
    reference TEXT NOT NULL,
    received_on DATE NOT NULL,
    due_on DATE NOT NULL,
    taken_at TIMESTAMP NOT NULL,
    taken_by BIGINT NOT NULL,
    taken_by_name TEXT NOT NULL,
    handed_out_at TIMESTAMP,
    erasure BIGINT,
    ended_at TIMESTAMP,
    ended_by BIGINT,
    ended_by_name TEXT NOT NULL,
    words TEXT NOT NULL,
    CHECK ((ended_at IS NULL) = (state = 1)),
    CHECK (ended_at IS NULL OR (phone IS NULL AND email IS NULL AND contract IS NULL))
);
CREATE INDEX person_requests_open ON person_requests (due_on, id) WHERE ended_at IS NULL;
CREATE INDEX person_requests_erasure ON person_requests (erasure) WHERE erasure IS NOT NULL;
