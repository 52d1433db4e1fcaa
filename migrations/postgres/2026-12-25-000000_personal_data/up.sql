-- What people are found by is digested under a key that is kept here, sealed under the first of the data keys. Numbers
-- below old_beyond were given before there was a key; what stands under them is digested anew up to old_upto.
CREATE TABLE personal_keys (
    name TEXT NOT NULL PRIMARY KEY,
    sealed TEXT NOT NULL,
    old_beyond BIGINT NOT NULL,
    old_upto BIGINT NOT NULL
);

-- Erasures of persons' data: asked for by one member, done by another. What was asked for by goes with the data; the
-- certificate says what was erased and what is kept.
CREATE TABLE erasures (
    id BIGINT NOT NULL PRIMARY KEY,
    phone TEXT,
    email TEXT,
    reason TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    asked_by BIGINT NOT NULL,
    asked_by_name TEXT NOT NULL,
    decided_at TIMESTAMP,
    decided_by BIGINT,
    decided_by_name TEXT NOT NULL,
    certificate TEXT NOT NULL,
    CHECK (decided_by IS NULL OR decided_by <> asked_by)
);
