DROP TABLE report_keys;
