-- Refunds that a report of another day than theirs told of, or before they had ended here.
CREATE TABLE refunded_apart (
    refund_id BIGINT NOT NULL,
    import_id BIGINT NOT NULL,
    PRIMARY KEY (refund_id, import_id)
) WITHOUT ROWID;
CREATE INDEX refunded_apart_import ON refunded_apart (import_id);

-- What was given back, by the time of it.
CREATE INDEX refunds_given_back ON refunds (ended_at) WHERE state = 5;
