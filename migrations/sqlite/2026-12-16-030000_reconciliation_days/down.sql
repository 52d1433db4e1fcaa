DROP INDEX payments_returned;
DROP INDEX imports_superseded;
DROP INDEX bank_matches_made;
DROP INDEX bank_matches_once;
CREATE UNIQUE INDEX bank_matches_once ON bank_matches (subject, subject_id) WHERE subject IN (1, 2, 4);
DROP TABLE returned_apart;
