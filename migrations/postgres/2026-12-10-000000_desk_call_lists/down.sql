DROP INDEX desk_calls_age;
DROP INDEX desk_calls_open;
