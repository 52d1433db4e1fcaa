SELECT 1; -- Nothing: PostgreSQL has several writers, and its trees bear random keys.
