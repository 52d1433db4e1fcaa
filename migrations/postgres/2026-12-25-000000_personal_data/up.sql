-- What personal data is found by is digested under a key that is kept here, sealed under the first of the data keys.
CREATE TABLE personal_keys (
    name TEXT NOT NULL PRIMARY KEY,
    sealed TEXT NOT NULL
);
