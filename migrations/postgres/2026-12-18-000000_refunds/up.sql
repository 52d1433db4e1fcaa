-- Money of a confirmed payment that goes back to its payer. Numbered by the counter 'ids': an outbox task's or an
-- incident's payment_id, and the subject of cash to be given back, may be the number of a refund.
CREATE TABLE refunds (
    id BIGINT NOT NULL PRIMARY KEY,
    payment_id BIGINT NOT NULL,
    request_key BYTEA NOT NULL UNIQUE,
    input BYTEA NOT NULL,
    principal BIGINT NOT NULL CHECK (principal >= 0),
    fee BIGINT NOT NULL CHECK (fee >= 0),
    vat BIGINT NOT NULL CHECK (vat >= 0),
    reason SMALLINT NOT NULL,
    note TEXT NOT NULL,
    state SMALLINT NOT NULL,
    needs_second SMALLINT NOT NULL,
    proposed_at TIMESTAMP NOT NULL,
    proposed_by BIGINT NOT NULL,
    proposed_by_name TEXT NOT NULL,
    decided_at TIMESTAMP,
    decided_by BIGINT,
    decided_by_name TEXT NOT NULL,
    decision_note TEXT NOT NULL,
    asks INTEGER NOT NULL,
    asked_at TIMESTAMP,
    credited_before BIGINT,
    ended_at TIMESTAMP,
    gateway_words TEXT NOT NULL,
    decided_posting BIGINT UNIQUE,
    paid_posting BIGINT UNIQUE,
    reversed_posting BIGINT UNIQUE,
    commission_posting BIGINT UNIQUE,
    CHECK (principal + fee + vat > 0),
    CHECK (needs_second = 0 OR decided_by IS NULL OR decided_by <> proposed_by)
);
-- One at a time is asked of the gateway for a payment: the total that it has credited tells what became of it.
CREATE UNIQUE INDEX refunds_under_way ON refunds (payment_id) WHERE state = 4;
CREATE INDEX refunds_payment ON refunds (payment_id, id);
CREATE INDEX refunds_open ON refunds (id) WHERE state IN (1, 4);
CREATE INDEX refunds_failed ON refunds (id) WHERE state = 6;
