-- The set of payments that one settlement file pays out. Several of a biller may be open: the one that is over and not
-- closed yet, and the next.
CREATE TABLE settlement_windows (
    id BIGINT NOT NULL PRIMARY KEY,
    biller INTEGER NOT NULL,
    cut_off TIMESTAMP NOT NULL,
    opened_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    settled_at TIMESTAMP,
    UNIQUE (biller, cut_off)
);
CREATE INDEX settlement_windows_open ON settlement_windows (biller) WHERE closed_at IS NULL;
CREATE INDEX settlement_windows_closed ON settlement_windows (biller, cut_off)
WHERE closed_at IS NOT NULL AND settled_at IS NULL;

-- The postings of a window, put in order behind the writer.
CREATE TABLE window_lines (
    window_id BIGINT NOT NULL,
    posting_id BIGINT NOT NULL,
    PRIMARY KEY (window_id, posting_id)
);

-- What came of a closed window.
CREATE TABLE settlements (
    window_id BIGINT NOT NULL PRIMARY KEY,
    biller INTEGER NOT NULL,
    sequence BIGINT NOT NULL,
    name TEXT NOT NULL,
    since TIMESTAMP NOT NULL,
    payments BIGINT NOT NULL,
    gross BIGINT NOT NULL,
    refunds BIGINT NOT NULL,
    refunded BIGINT NOT NULL,
    commission BIGINT NOT NULL,
    commission_vat BIGINT NOT NULL,
    carried_in BIGINT NOT NULL,
    net BIGINT NOT NULL,
    payout BIGINT NOT NULL CHECK (payout >= 0),
    terms TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    commission_posting BIGINT,
    filed_at TIMESTAMP,
    UNIQUE (biller, sequence)
);
CREATE INDEX settlements_to_file ON settlements (biller, sequence) WHERE filed_at IS NULL;

-- A message of transfers to the bank.
CREATE TABLE transfer_orders (
    id BIGINT NOT NULL PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE,
    execution_on DATE NOT NULL,
    transfers BIGINT NOT NULL,
    total BIGINT NOT NULL,
    digest TEXT NOT NULL,
    state SMALLINT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    answered_at TIMESTAMP
);

-- Transfers to billers' accounts.
CREATE TABLE transfers (
    id BIGINT NOT NULL PRIMARY KEY,
    window_id BIGINT NOT NULL,
    position SMALLINT NOT NULL,
    repeats SMALLINT NOT NULL,
    biller INTEGER NOT NULL,
    holder TEXT NOT NULL,
    rib TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    state SMALLINT NOT NULL,
    order_id BIGINT,
    ordered_posting BIGINT NOT NULL,
    ended_posting BIGINT,
    returned_posting BIGINT,
    ended_at TIMESTAMP,
    reason TEXT NOT NULL,
    UNIQUE (window_id, position, repeats)
);
CREATE INDEX transfers_order ON transfers (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX transfers_waiting ON transfers (state) WHERE order_id IS NULL;

-- Files that were made for billers.
CREATE TABLE settlement_files (
    id BIGINT NOT NULL PRIMARY KEY,
    window_id BIGINT NOT NULL,
    biller INTEGER NOT NULL,
    kind SMALLINT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    UNIQUE (window_id, kind)
);

-- Where files are to be brought, and the proof that they were.
CREATE TABLE deliveries (
    id BIGINT NOT NULL PRIMARY KEY,
    file_id BIGINT NOT NULL,
    means SMALLINT NOT NULL,
    target TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP NOT NULL,
    attempts INTEGER NOT NULL,
    delivered_at TIMESTAMP,
    proof TEXT NOT NULL,
    failure TEXT NOT NULL,
    UNIQUE (file_id, means, target)
);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE delivered_at IS NULL;

-- What was confirmed before there were windows is in the first window of its biller.
ALTER TABLE postings ADD COLUMN window_id BIGINT;
ALTER TABLE postings DISABLE TRIGGER postings_keep;
INSERT INTO settlement_windows (id, biller, cut_off, opened_at)
SELECT c.next + p.biller, p.biller, CURRENT_DATE + 1 + TIME '17:00:00', date_trunc('second', now() AT TIME ZONE 'UTC')
FROM (SELECT DISTINCT p.biller FROM payments p JOIN postings o ON o.payment_id = p.id WHERE o.kind IN (2, 7)) p
JOIN counters c ON c.name = 'ids';
UPDATE postings SET window_id = w.id FROM payments p JOIN settlement_windows w ON w.biller = p.biller
WHERE p.id = postings.payment_id AND postings.kind IN (2, 7);
INSERT INTO window_lines (window_id, posting_id) SELECT window_id, id FROM postings WHERE window_id IS NOT NULL;
-- Billers' codes have at most five digits.
UPDATE counters SET next = next + 100000 WHERE name = 'ids' AND EXISTS (SELECT 1 FROM settlement_windows);
ALTER TABLE postings ENABLE TRIGGER postings_keep;
