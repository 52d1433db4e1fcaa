DROP TABLE biller_changes;
