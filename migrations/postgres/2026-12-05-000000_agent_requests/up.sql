-- Signed requests of networks' systems, remembered for as long as their timestamps are good: none is taken in twice, on
-- whatever node it arrives.
CREATE TABLE agent_requests (
    network TEXT NOT NULL,
    request TEXT NOT NULL,
    good_until TIMESTAMP NOT NULL,
    PRIMARY KEY (network, request)
);
CREATE INDEX agent_requests_over ON agent_requests (good_until);
