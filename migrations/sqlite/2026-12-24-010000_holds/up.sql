-- What people decided about money that a gateway holds: captured, all or part of it, or let go. One row a hold: what was
-- asked last. held is what the gateway holds, amount what is to be captured of it.
CREATE TABLE hold_acts (
    payment_id BIGINT NOT NULL PRIMARY KEY,
    act SMALLINT NOT NULL,
    held BIGINT NOT NULL CHECK (held > 0),
    amount BIGINT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    asked_by BIGINT NOT NULL,
    asked_by_name TEXT NOT NULL,
    note TEXT NOT NULL,
    refused_at TIMESTAMP,
    words TEXT NOT NULL,
    CHECK (amount BETWEEN 0 AND held),
    CHECK ((act = 1) = (amount > 0))
);
