DROP INDEX payment_links_staff;
ALTER TABLE quotes DROP COLUMN customer;
DROP TABLE desk_references;
DROP TABLE desk_quotes;
DROP TABLE desk_notes;
DROP TABLE desk_calls;
