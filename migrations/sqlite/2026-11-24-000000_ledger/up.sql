-- Money is BIGINT minor units; timestamps are naive UTC; ids come from the counter 'ids' and grow with time.
-- INTEGER PRIMARY KEY is SQLite's own row number, 64 bits wide: BIGINT would keep a second tree beside each table.

CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL
);
INSERT INTO counters (name, next) VALUES ('ids', 1);

CREATE TABLE billers (
    code INTEGER NOT NULL PRIMARY KEY,
    definition TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE bill_files (
    biller INTEGER NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    digest TEXT NOT NULL,
    created DATE NOT NULL,
    imported_at TIMESTAMP NOT NULL
);

CREATE TABLE file_customers (
    biller INTEGER NOT NULL,
    receivable_type TEXT NOT NULL,
    contract TEXT NOT NULL,
    PRIMARY KEY (biller, receivable_type, contract)
) WITHOUT ROWID;

CREATE TABLE file_bills (
    biller INTEGER NOT NULL,
    receivable_type TEXT NOT NULL,
    contract TEXT NOT NULL,
    position INTEGER NOT NULL,
    article TEXT NOT NULL,
    PRIMARY KEY (biller, receivable_type, contract, position)
) WITHOUT ROWID;

CREATE TABLE inquiries (
    id INTEGER NOT NULL PRIMARY KEY,
    secret BIGINT NOT NULL,
    biller INTEGER NOT NULL,
    receivable_type TEXT NOT NULL,
    channel SMALLINT NOT NULL,
    language SMALLINT NOT NULL,
    detail TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX inquiries_expiry ON inquiries (expires_at);

CREATE TABLE quotes (
    id INTEGER NOT NULL PRIMARY KEY,
    secret BIGINT NOT NULL,
    inquiry TEXT NOT NULL,
    biller INTEGER NOT NULL,
    receivable_type TEXT NOT NULL,
    channel SMALLINT NOT NULL,
    instrument SMALLINT NOT NULL,
    principal BIGINT NOT NULL CHECK (principal > 0),
    fee BIGINT NOT NULL CHECK (fee >= 0),
    vat BIGINT NOT NULL CHECK (vat >= 0),
    duty BIGINT NOT NULL CHECK (duty >= 0),
    bills BLOB NOT NULL,
    detail TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);

CREATE TABLE payments (
    id INTEGER NOT NULL PRIMARY KEY,
    secret BIGINT NOT NULL,
    quote_id BIGINT NOT NULL,
    biller INTEGER NOT NULL,
    channel SMALLINT NOT NULL,
    instrument SMALLINT NOT NULL,
    language SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    principal BIGINT NOT NULL CHECK (principal > 0),
    fee BIGINT NOT NULL CHECK (fee >= 0),
    vat BIGINT NOT NULL CHECK (vat >= 0),
    duty BIGINT NOT NULL CHECK (duty >= 0),
    bills BLOB NOT NULL,
    phone TEXT,
    email TEXT,
    funds TEXT NOT NULL,
    authorisation TEXT NOT NULL,
    card_mask TEXT NOT NULL,
    gateway_reference TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    state_since TIMESTAMP NOT NULL,
    paid_at TIMESTAMP,
    receipt_number TEXT,
    receipt_date DATE
);

-- One payment in flight per bill, over all channels: the key is the bill.
CREATE TABLE bills (
    key BLOB NOT NULL PRIMARY KEY,
    biller INTEGER NOT NULL,
    state SMALLINT NOT NULL,
    payment_id BIGINT NOT NULL,
    generation INTEGER NOT NULL,
    updated_at TIMESTAMP NOT NULL
) WITHOUT ROWID;

CREATE TABLE idempotency_keys (
    key BLOB NOT NULL PRIMARY KEY,
    input BLOB NOT NULL,
    payment_id BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL
) WITHOUT ROWID;

CREATE TABLE accounts (
    id INTEGER NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    owner TEXT NOT NULL,
    currency SMALLINT NOT NULL,
    balance BIGINT NOT NULL,
    ceiling BIGINT,
    UNIQUE (kind, owner, currency),
    CHECK (ceiling IS NULL OR balance <= ceiling)
);

CREATE TABLE postings (
    id INTEGER NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    payment_id BIGINT,
    booked_at TIMESTAMP NOT NULL,
    effective_on DATE NOT NULL,
    reverses BIGINT UNIQUE
);
-- A business event of a payment is booked at most once.
CREATE UNIQUE INDEX postings_event ON postings (payment_id, kind) WHERE payment_id IS NOT NULL;

CREATE TABLE entries (
    posting_id BIGINT NOT NULL,
    line SMALLINT NOT NULL,
    account_id BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (posting_id, line)
) WITHOUT ROWID;

CREATE TABLE outbox (
    id INTEGER NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    payment_id BIGINT NOT NULL,
    due_at TIMESTAMP NOT NULL,
    leased_until TIMESTAMP NOT NULL,
    attempts INTEGER NOT NULL,
    note TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    done_at TIMESTAMP
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE done_at IS NULL;

CREATE TABLE incidents (
    id INTEGER NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    payment_id BIGINT,
    detail TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP
);
CREATE INDEX incidents_open ON incidents (payment_id) WHERE closed_at IS NULL;

-- What is booked stays: corrections are new postings.
CREATE TRIGGER postings_keep BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER postings_stay BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER entries_keep BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
