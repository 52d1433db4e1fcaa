DROP TABLE quotes_kept;
DROP INDEX id_blocks_without_words;
DELETE FROM id_blocks WHERE has_words;
ALTER TABLE id_blocks DROP COLUMN quotes_upto;
ALTER TABLE id_blocks DROP COLUMN forgotten_upto;
ALTER TABLE id_blocks DROP COLUMN has_words;
