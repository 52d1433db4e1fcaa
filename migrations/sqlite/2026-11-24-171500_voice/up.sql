CREATE TABLE voice_calls (
    id INTEGER NOT NULL PRIMARY KEY,
    call_sid TEXT NOT NULL UNIQUE,
    phone TEXT,
    biller INTEGER,
    step INTEGER NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
-- "Your last biller".
CREATE INDEX voice_calls_phone ON voice_calls (phone, id) WHERE biller IS NOT NULL;

-- What each step of a call was answered: the same request again gets the same bytes.
CREATE TABLE voice_steps (
    call_id BIGINT NOT NULL,
    step INTEGER NOT NULL,
    request BLOB NOT NULL,
    answer TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (call_id, step)
) WITHOUT ROWID;

-- Callers who wait for a teleoperator, with what they had reached.
CREATE TABLE voice_handovers (
    id INTEGER NOT NULL PRIMARY KEY,
    call_id BIGINT NOT NULL UNIQUE,
    phone TEXT,
    language SMALLINT NOT NULL,
    biller INTEGER,
    receivable_type TEXT,
    contract_masked TEXT NOT NULL,
    inquiry TEXT,
    reason SMALLINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    taken_by BIGINT,
    taken_at TIMESTAMP,
    closed_at TIMESTAMP
);
CREATE INDEX voice_handovers_open ON voice_handovers (id) WHERE closed_at IS NULL;
