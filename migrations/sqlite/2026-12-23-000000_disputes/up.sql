-- Complaints about payments. Numbered by the counter 'ids'.
CREATE TABLE disputes (
    id INTEGER NOT NULL PRIMARY KEY,
    payment_id BIGINT NOT NULL,
    biller INTEGER NOT NULL,
    kind SMALLINT NOT NULL,
    origin SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    told TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    language SMALLINT NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    opened_by BIGINT,
    opened_by_name TEXT NOT NULL,
    due_at TIMESTAMP NOT NULL,
    late_at TIMESTAMP,
    staff_id BIGINT,
    staff_name TEXT NOT NULL,
    effect SMALLINT NOT NULL,
    answer TEXT NOT NULL,
    proposed_by BIGINT,
    proposed_by_name TEXT NOT NULL,
    refund_id BIGINT UNIQUE,
    closed_at TIMESTAMP,
    reopened_at TIMESTAMP
);
-- One of a kind at a time for a payment, whoever opens it.
CREATE UNIQUE INDEX disputes_one_open ON disputes (payment_id, kind) WHERE state IN (1, 2, 3, 4);
CREATE INDEX disputes_payment ON disputes (payment_id, id);
CREATE INDEX disputes_biller ON disputes (biller, id);
CREATE INDEX disputes_open ON disputes (id) WHERE state IN (1, 2, 3, 4);
CREATE INDEX disputes_due ON disputes (due_at) WHERE state IN (1, 2, 3, 4);
CREATE INDEX disputes_contacts ON disputes (closed_at) WHERE phone IS NOT NULL OR email IS NOT NULL;

-- What was done about a dispute, and where it stood after. A task of the outbox that tells the payer is about one of these.
CREATE TABLE dispute_events (
    id INTEGER NOT NULL PRIMARY KEY,
    dispute_id BIGINT NOT NULL,
    action SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    note TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    made_by BIGINT,
    made_by_name TEXT NOT NULL
);
CREATE INDEX dispute_events_of ON dispute_events (dispute_id, id);
