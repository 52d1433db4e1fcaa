ALTER TABLE postings DROP COLUMN window_id;
DROP TABLE deliveries;
DROP TABLE settlement_files;
DROP TABLE transfers;
DROP TABLE transfer_orders;
DROP TABLE settlements;
DROP TABLE window_lines;
DROP TABLE settlement_windows;
