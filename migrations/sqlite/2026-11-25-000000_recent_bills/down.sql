INSERT OR REPLACE INTO bills
    SELECT key, biller, state, payment_id, generation, updated_at FROM recent_bills ORDER BY id;
INSERT OR IGNORE INTO idempotency_keys SELECT key, input, payment_id, created_at FROM recent_keys ORDER BY id;
DROP TABLE recent_bills;
DROP TABLE recent_keys;
