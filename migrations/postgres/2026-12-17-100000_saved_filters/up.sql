-- What members of staff look for again and again: never a customer's data.
CREATE TABLE saved_filters (
    id BIGINT NOT NULL PRIMARY KEY,
    member_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    fields TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX saved_filters_member ON saved_filters (member_id, name);
