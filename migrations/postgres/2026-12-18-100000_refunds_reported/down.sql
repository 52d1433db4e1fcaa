DROP INDEX refunds_given_back;
DROP TABLE refunded_apart;
