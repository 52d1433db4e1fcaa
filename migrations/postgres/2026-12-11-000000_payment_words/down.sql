DROP TABLE id_blocks;
DROP TABLE payment_words;
