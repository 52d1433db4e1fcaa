-- What payments leave where rules count by the payer's address or by card: digests, for as long as rules look back.
CREATE TABLE guard_traces (
    value BYTEA NOT NULL,
    traced_at TIMESTAMP NOT NULL,
    payment_id BIGINT NOT NULL,
    subject SMALLINT NOT NULL,
    PRIMARY KEY (value, traced_at, payment_id)
);
CREATE INDEX guard_traces_at ON guard_traces (traced_at);

-- Of a listed network: how many of 128 bits its addresses share, an address of version 4 being the end of ::ffff:0:0/96.
ALTER TABLE guard_entries ADD COLUMN length SMALLINT;
