SELECT 1; -- Nothing was made.
