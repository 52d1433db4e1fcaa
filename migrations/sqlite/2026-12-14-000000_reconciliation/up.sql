-- Files that came in. While one is staged nobody reads what is under it.
CREATE TABLE imports (
    id INTEGER NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    source TEXT NOT NULL,
    day DATE,
    sequence BIGINT,
    records BIGINT NOT NULL,
    known BIGINT NOT NULL,
    total BIGINT NOT NULL,
    state SMALLINT NOT NULL,
    imported_at TIMESTAMP NOT NULL,
    imported_by TEXT NOT NULL,
    superseded_by BIGINT
);
CREATE UNIQUE INDEX imports_digest ON imports (digest) WHERE state = 2;
CREATE INDEX imports_source ON imports (kind, source, day);

-- Bank statements with their balances. Numbers grow with the account's time.
CREATE TABLE bank_statements (
    id INTEGER NOT NULL PRIMARY KEY,
    import_id BIGINT NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    sequence BIGINT,
    from_on DATE,
    to_on DATE,
    opening BIGINT NOT NULL,
    closing BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    credits BIGINT NOT NULL,
    debits BIGINT NOT NULL
);
CREATE INDEX bank_statements_account ON bank_statements (account, id);
CREATE INDEX bank_statements_import ON bank_statements (import_id);

-- Booked entries of the hub's accounts, each once. Without a statement: told by a notification only.
CREATE TABLE bank_entries (
    id INTEGER NOT NULL PRIMARY KEY,
    import_id BIGINT NOT NULL,
    statement_id BIGINT,
    identity TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    amount BIGINT NOT NULL,
    booked_on DATE NOT NULL,
    value_on DATE,
    is_reversal BOOLEAN NOT NULL,
    reference TEXT NOT NULL,
    bank_reference TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    payment TEXT NOT NULL,
    information TEXT NOT NULL,
    charges BIGINT NOT NULL,
    details INTEGER NOT NULL,
    state SMALLINT NOT NULL
);
CREATE INDEX bank_entries_import ON bank_entries (import_id);
CREATE INDEX bank_entries_statement ON bank_entries (statement_id);
CREATE INDEX bank_entries_open ON bank_entries (id) WHERE state <> 2;

-- Transactions within an entry.
CREATE TABLE bank_details (
    entry_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    amount BIGINT,
    end_to_end TEXT NOT NULL,
    message TEXT NOT NULL,
    payment TEXT NOT NULL,
    bank_reference TEXT NOT NULL,
    party TEXT NOT NULL,
    party_account TEXT NOT NULL,
    remittance TEXT NOT NULL,
    charges BIGINT NOT NULL,
    is_return BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (entry_id, position)
) WITHOUT ROWID;

-- What an entry, or a transaction of it (position from 1), is matched with.
CREATE TABLE bank_matches (
    id INTEGER NOT NULL PRIMARY KEY,
    entry_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    rule SMALLINT NOT NULL,
    subject SMALLINT NOT NULL,
    subject_id BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    posting_id BIGINT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    UNIQUE (entry_id, position, subject, subject_id)
);
CREATE INDEX bank_matches_posting ON bank_matches (posting_id);
CREATE INDEX bank_matches_subject ON bank_matches (subject, subject_id);
-- A transfer, its return and a request's money come once.
CREATE UNIQUE INDEX bank_matches_once ON bank_matches (subject, subject_id) WHERE subject IN (1, 2, 4);

-- What a gateway's report says that it will pay out.
CREATE TABLE gateway_payouts (
    id INTEGER NOT NULL PRIMARY KEY,
    import_id BIGINT NOT NULL,
    gateway TEXT NOT NULL,
    reference TEXT NOT NULL,
    value_on DATE NOT NULL,
    captured BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    charges BIGINT NOT NULL,
    posting_id BIGINT,
    UNIQUE (import_id, reference)
);
CREATE INDEX gateway_payouts_reference ON gateway_payouts (reference);
CREATE INDEX gateway_payouts_open ON gateway_payouts (id) WHERE posting_id IS NULL;

-- Payments that a report of another day than theirs told of.
CREATE TABLE reported_apart (
    payment_id BIGINT NOT NULL,
    import_id BIGINT NOT NULL,
    PRIMARY KEY (payment_id, import_id)
) WITHOUT ROWID;

-- What does not fit.
CREATE TABLE breaks (
    id INTEGER NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    source SMALLINT NOT NULL,
    partner TEXT NOT NULL,
    subject SMALLINT NOT NULL,
    subject_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    words TEXT NOT NULL,
    expected BIGINT,
    found BIGINT,
    import_id BIGINT,
    due_on DATE NOT NULL,
    state SMALLINT NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    staff_id BIGINT,
    staff_name TEXT NOT NULL,
    resolution SMALLINT,
    biller INTEGER,
    payout TEXT,
    proposed_by BIGINT,
    proposed_by_name TEXT NOT NULL,
    approved_by BIGINT,
    approved_by_name TEXT NOT NULL,
    posting_id BIGINT,
    CHECK (approved_by IS NULL OR approved_by <> proposed_by),
    CHECK (posting_id IS NULL OR proposed_by IS NOT NULL)
);
CREATE UNIQUE INDEX breaks_once ON breaks (source, partner, kind, subject, subject_id, position) WHERE state IN (1, 2);
CREATE INDEX breaks_subject ON breaks (subject, subject_id);
CREATE INDEX breaks_import ON breaks (import_id) WHERE import_id IS NOT NULL;
CREATE INDEX breaks_day ON breaks (due_on);
CREATE INDEX breaks_open ON breaks (id) WHERE closed_at IS NULL;

-- What was done about breaks.
CREATE TABLE break_notes (
    id INTEGER NOT NULL PRIMARY KEY,
    break_id BIGINT NOT NULL,
    action SMALLINT NOT NULL,
    note TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    made_by BIGINT,
    made_by_name TEXT NOT NULL
);
CREATE INDEX break_notes_break ON break_notes (break_id, id);
CREATE TRIGGER break_notes_keep BEFORE UPDATE ON break_notes BEGIN SELECT RAISE(ABORT, 'break notes are append-only'); END;
CREATE TRIGGER break_notes_stay BEFORE DELETE ON break_notes BEGIN SELECT RAISE(ABORT, 'break notes are append-only'); END;

-- Postings that belong to no payment: all that ever touch the bank.
CREATE INDEX postings_outside ON postings (id) WHERE payment_id IS NULL;
CREATE INDEX float_requests_by_proof ON float_requests (proof);
