-- Cash agents. Payments, floats and late cash are numbered by the counter 'ids', so a number names one thing only: an
-- outbox task's or an incident's payment_id may be the number of a float request, a cash reference or late cash.

CREATE TABLE networks (
    code TEXT NOT NULL PRIMARY KEY,
    definition TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- An outlet's number names its float: it belongs to one network for ever.
CREATE TABLE outlets (
    number TEXT NOT NULL PRIMARY KEY,
    network TEXT NOT NULL
);

CREATE TABLE shifts (
    id BIGINT NOT NULL PRIMARY KEY,
    network TEXT NOT NULL,
    outlet TEXT NOT NULL,
    till TEXT NOT NULL,
    state SMALLINT NOT NULL,
    opening BIGINT NOT NULL CHECK (opening >= 0),
    opened_at TIMESTAMP NOT NULL,
    opened_by BIGINT NOT NULL,
    opened_by_name TEXT NOT NULL,
    expected BIGINT,
    counted BIGINT,
    denominations TEXT NOT NULL,
    reason TEXT NOT NULL,
    closed_at TIMESTAMP,
    closed_by BIGINT,
    closed_by_name TEXT NOT NULL,
    approved_by BIGINT,
    approved_by_name TEXT NOT NULL,
    CHECK (approved_by IS NULL OR approved_by <> closed_by),
    CHECK (state = 1 OR (expected IS NOT NULL AND counted IS NOT NULL AND closed_at IS NOT NULL AND closed_by IS NOT NULL))
);
-- At most one open shift per till.
CREATE UNIQUE INDEX shifts_open ON shifts (outlet, till) WHERE state = 1;
CREATE INDEX shifts_outlet ON shifts (outlet, id);

CREATE TABLE shift_movements (
    id BIGINT NOT NULL PRIMARY KEY,
    shift_id BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount <> 0),
    reason TEXT NOT NULL,
    subject_id BIGINT,
    request_key BYTEA UNIQUE,
    made_at TIMESTAMP NOT NULL,
    made_by BIGINT NOT NULL,
    made_by_name TEXT NOT NULL
);
CREATE INDEX shift_movements_shift ON shift_movements (shift_id);

-- Payments that were pending when a shift closed, by name, and the shift that took them over.
CREATE TABLE carried_payments (
    from_shift BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    to_shift BIGINT,
    PRIMARY KEY (from_shift, payment_id)
);
CREATE INDEX carried_payments_to ON carried_payments (to_shift);

CREATE TABLE agent_payments (
    payment_id BIGINT NOT NULL PRIMARY KEY,
    network TEXT NOT NULL,
    outlet TEXT NOT NULL,
    till TEXT NOT NULL,
    shift_id BIGINT NOT NULL,
    network_reference TEXT,
    cash_reference_id BIGINT,
    tendered BIGINT,
    commission BIGINT NOT NULL CHECK (commission >= 0),
    commission_vat BIGINT NOT NULL CHECK (commission_vat >= 0),
    staff_id BIGINT NOT NULL,
    staff_name TEXT NOT NULL,
    prints INTEGER NOT NULL,
    UNIQUE (network, network_reference)
);
CREATE INDEX agent_payments_outlet ON agent_payments (outlet, payment_id);
CREATE INDEX agent_payments_shift ON agent_payments (shift_id);

-- What a biller was asked to cancel: once a payment.
CREATE TABLE cancellations (
    payment_id BIGINT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    asked_by BIGINT NOT NULL,
    asked_by_name TEXT NOT NULL,
    refusal TEXT
);

-- Cash that lies at an outlet and belongs to a customer, until a movement out of a drawer says that it went back.
CREATE TABLE give_backs (
    subject_id BIGINT NOT NULL PRIMARY KEY,
    outlet TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    since TIMESTAMP NOT NULL,
    movement_id BIGINT UNIQUE
);
CREATE INDEX give_backs_owed ON give_backs (outlet, subject_id) WHERE movement_id IS NULL;

-- The entries of floats once more, by account: statements need them in order, and all other accounts do not.
CREATE TABLE float_entries (
    account_id BIGINT NOT NULL,
    posting_id BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (account_id, posting_id)
);
INSERT INTO float_entries (account_id, posting_id, amount)
    SELECT e.account_id, e.posting_id, CAST(SUM(e.amount) AS BIGINT) FROM entries e
    JOIN accounts a ON a.id = e.account_id WHERE a.kind = 2 GROUP BY e.account_id, e.posting_id;

CREATE TABLE float_requests (
    id BIGINT NOT NULL PRIMARY KEY,
    request_key BYTEA NOT NULL UNIQUE,
    input BYTEA NOT NULL,
    network TEXT NOT NULL,
    outlet TEXT NOT NULL,
    kind SMALLINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    proof TEXT NOT NULL,
    state SMALLINT NOT NULL,
    requested_at TIMESTAMP NOT NULL,
    requested_by BIGINT NOT NULL,
    requested_by_name TEXT NOT NULL,
    decided_at TIMESTAMP,
    decided_by BIGINT,
    decided_by_name TEXT NOT NULL,
    note TEXT NOT NULL,
    posting_id BIGINT UNIQUE,
    CHECK (decided_by IS NULL OR decided_by <> requested_by)
);
-- A transfer counts once.
CREATE UNIQUE INDEX float_requests_proof ON float_requests (network, kind, proof) WHERE state <> 3;
CREATE INDEX float_requests_outlet ON float_requests (outlet, id);

CREATE TABLE cash_references (
    id BIGINT NOT NULL PRIMARY KEY,
    digits TEXT NOT NULL UNIQUE,
    quote_id BIGINT NOT NULL,
    channel SMALLINT NOT NULL,
    language SMALLINT NOT NULL,
    phone TEXT,
    state SMALLINT NOT NULL,
    payment_id BIGINT,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    CHECK ((state = 2) = (payment_id IS NOT NULL))
);

CREATE TABLE late_cash (
    id BIGINT NOT NULL PRIMARY KEY,
    request_key BYTEA NOT NULL UNIQUE,
    input BYTEA NOT NULL,
    network TEXT NOT NULL,
    outlet TEXT NOT NULL,
    shift_id BIGINT,
    cash_reference_id BIGINT NOT NULL,
    reason SMALLINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    taken_at TIMESTAMP NOT NULL,
    owner_id BIGINT NOT NULL,
    owner_name TEXT NOT NULL,
    posting_id BIGINT NOT NULL UNIQUE,
    released_at TIMESTAMP,
    released_by BIGINT,
    released_by_name TEXT NOT NULL,
    release_posting_id BIGINT UNIQUE
);
CREATE INDEX late_cash_held ON late_cash (outlet, id) WHERE released_at IS NULL;

-- The register of stamp duty reads the payments that bear some.
CREATE INDEX payments_duty ON payments (id) WHERE duty > 0;
