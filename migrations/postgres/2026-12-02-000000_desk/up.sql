-- What teleoperators work on: one row a caller.
CREATE TABLE desk_calls (
    id BIGINT NOT NULL PRIMARY KEY,
    operator BIGINT NOT NULL,
    handover_id BIGINT UNIQUE,
    phone TEXT,
    email TEXT,
    language SMALLINT NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    outcome SMALLINT
);
CREATE INDEX desk_calls_operator ON desk_calls (operator, opened_at);

CREATE TABLE desk_notes (
    id BIGINT NOT NULL PRIMARY KEY,
    call_id BIGINT NOT NULL,
    note TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL
);
CREATE INDEX desk_notes_call ON desk_notes (call_id, id);

-- The prices and references that were made for a caller.
CREATE TABLE desk_quotes (
    call_id BIGINT NOT NULL,
    quote_id BIGINT NOT NULL,
    PRIMARY KEY (call_id, quote_id)
);
CREATE TABLE desk_references (
    call_id BIGINT NOT NULL,
    reference_id BIGINT NOT NULL,
    PRIMARY KEY (call_id, reference_id)
);

-- Whose bill a quote is: a digest of biller, receivable type and customer. Quotes made before have none.
ALTER TABLE quotes ADD COLUMN customer BYTEA;
CREATE INDEX payment_links_staff ON payment_links (made_by_staff, created_at) WHERE made_by_staff IS NOT NULL;
