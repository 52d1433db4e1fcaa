DROP TABLE audit_log;
DELETE FROM counters WHERE name = 'audit';
DROP TABLE staff_attempts;
DROP TABLE staff_sessions;
DROP TABLE staff_recovery_codes;
DROP TABLE staff_members;
DROP FUNCTION refuse_audit_change();
