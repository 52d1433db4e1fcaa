DROP TABLE biller_suspensions;
