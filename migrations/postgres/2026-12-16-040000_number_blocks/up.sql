-- Blocks of numbers stay when their payments have their words: payments of a time are found by them.
ALTER TABLE id_blocks ADD COLUMN has_words BOOLEAN NOT NULL DEFAULT FALSE;
-- Up to where payers of old payments are forgotten, and quotes that ended were looked at.
ALTER TABLE id_blocks ADD COLUMN forgotten_upto BIGINT NOT NULL DEFAULT 0;
ALTER TABLE id_blocks ADD COLUMN quotes_upto BIGINT NOT NULL DEFAULT 0;
CREATE INDEX id_blocks_without_words ON id_blocks (first) WHERE NOT has_words;
-- Those that were let go: each has 100,000 numbers.
INSERT INTO id_blocks (first, beyond, payments_upto, postings_upto, is_over, has_words)
SELECT s.first, s.first + 100000, 0, 0, TRUE, TRUE FROM counters c, generate_series(1, c.next - 1, 100000) AS s (first)
WHERE c.name = 'ids'
AND NOT EXISTS (SELECT 1 FROM id_blocks b WHERE b.first < s.first + 100000 AND b.beyond > s.first);

-- Quotes that ended unpaid and that a link or a call still needs.
CREATE TABLE quotes_kept (
    quote_id BIGINT NOT NULL PRIMARY KEY
);
