-- What is old is found without reading all of it.
CREATE INDEX voice_steps_age ON voice_steps (created_at);
CREATE INDEX voice_calls_age ON voice_calls (created_at);
CREATE INDEX voice_handovers_age ON voice_handovers (created_at);
