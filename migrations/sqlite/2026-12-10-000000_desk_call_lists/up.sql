-- What an operator has open, and what is old, is found without reading all calls.
CREATE INDEX desk_calls_open ON desk_calls (operator, id) WHERE closed_at IS NULL;
CREATE INDEX desk_calls_age ON desk_calls (opened_at);
