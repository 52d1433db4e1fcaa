DROP INDEX float_requests_network;
DROP INDEX float_requests_state;
