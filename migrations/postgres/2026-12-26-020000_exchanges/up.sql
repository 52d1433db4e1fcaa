-- What was said to billers and the gateway and heard from them, redacted and cut; kept for a while. biller is null for the gateway.
CREATE TABLE exchanges (
    id BIGINT NOT NULL PRIMARY KEY,
    payment_id BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    biller INTEGER,
    is_incoming BOOLEAN NOT NULL,
    operation TEXT NOT NULL,
    ended SMALLINT NOT NULL,
    status INTEGER NOT NULL,
    took_ms BIGINT NOT NULL,
    said TEXT NOT NULL,
    sent TEXT NOT NULL,
    heard TEXT NOT NULL
);
CREATE INDEX exchanges_payment ON exchanges (payment_id);
CREATE INDEX exchanges_at ON exchanges (at);
