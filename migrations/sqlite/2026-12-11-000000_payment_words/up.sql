-- What payments are found by, as digests; put in order behind the writer, never within a batch.
CREATE TABLE payment_words (
    word BLOB NOT NULL,
    payment_id BIGINT NOT NULL,
    PRIMARY KEY (word, payment_id)
) WITHOUT ROWID;

-- Blocks of numbers that processes have taken, and how far their payments and postings have words. Within a block
-- numbers are committed in their order.
CREATE TABLE id_blocks (
    first BIGINT NOT NULL PRIMARY KEY,
    beyond BIGINT NOT NULL,
    payments_upto BIGINT NOT NULL,
    postings_upto BIGINT NOT NULL,
    is_over BOOLEAN NOT NULL
);
INSERT INTO id_blocks (first, beyond, payments_upto, postings_upto, is_over)
SELECT 0, next, 0, 0, 1 FROM counters WHERE name = 'ids';
