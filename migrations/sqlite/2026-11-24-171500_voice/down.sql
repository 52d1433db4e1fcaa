DROP TABLE voice_handovers;
DROP TABLE voice_steps;
DROP TABLE voice_calls;
