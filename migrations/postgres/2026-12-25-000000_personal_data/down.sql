DROP TABLE erasures;
DROP TABLE personal_keys;
