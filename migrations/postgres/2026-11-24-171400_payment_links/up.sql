-- A link names its quote, and is known by the digest of a token that is kept nowhere.
CREATE TABLE payment_links (
    id BIGINT NOT NULL PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE,
    nonce BYTEA NOT NULL,
    request_key BYTEA NOT NULL UNIQUE,
    request_input BYTEA NOT NULL,
    quote_id BIGINT NOT NULL,
    channel SMALLINT NOT NULL,
    language SMALLINT NOT NULL,
    phone TEXT,
    email TEXT,
    made_by_staff BIGINT,
    made_by_call BIGINT,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP,
    used_at TIMESTAMP,
    payment_id BIGINT,
    CHECK (phone IS NOT NULL OR email IS NOT NULL),
    CHECK ((made_by_staff IS NULL) <> (made_by_call IS NULL)),
    CHECK (used_at IS NULL OR revoked_at IS NULL),
    CHECK (payment_id IS NULL OR used_at IS NOT NULL)
);
CREATE INDEX payment_links_quote ON payment_links (quote_id);
