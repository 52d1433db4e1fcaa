DROP TABLE agent_requests;
