DROP INDEX voice_steps_age;
DROP INDEX voice_calls_age;
DROP INDEX voice_handovers_age;
