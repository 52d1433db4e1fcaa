DELETE FROM counters WHERE name = 'guard';
DROP TABLE guard_cases;
DROP TABLE guard_hits;
DROP TABLE guard_entries;
DROP TABLE guard_rules;
