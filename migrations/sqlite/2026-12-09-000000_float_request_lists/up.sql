-- Requests are listed by where they stand: open ones oldest first, decided ones newest first, of all networks or of one.
CREATE INDEX float_requests_state ON float_requests (state, id);
CREATE INDEX float_requests_network ON float_requests (network, id);
