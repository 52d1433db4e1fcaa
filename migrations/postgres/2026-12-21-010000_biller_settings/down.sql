DROP TABLE biller_changes;
DROP TABLE biller_suspensions;
