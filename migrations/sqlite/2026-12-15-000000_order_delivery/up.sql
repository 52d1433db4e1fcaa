-- Files: whether one may be there already though nobody said so, and the person who was called.
ALTER TABLE deliveries ADD COLUMN offered_at TIMESTAMP;
ALTER TABLE deliveries ADD COLUMN incident_id BIGINT;

-- Messages of transfers on their way to the bank; due_at is null where a person fetches them.
ALTER TABLE transfer_orders ADD COLUMN due_at TIMESTAMP;
ALTER TABLE transfer_orders ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE transfer_orders ADD COLUMN offered_at TIMESTAMP;
ALTER TABLE transfer_orders ADD COLUMN delivered_at TIMESTAMP;
ALTER TABLE transfer_orders ADD COLUMN proof TEXT NOT NULL DEFAULT '';
ALTER TABLE transfer_orders ADD COLUMN failure TEXT NOT NULL DEFAULT '';
ALTER TABLE transfer_orders ADD COLUMN incident_id BIGINT;
CREATE INDEX transfer_orders_due ON transfer_orders (due_at) WHERE delivered_at IS NULL;
