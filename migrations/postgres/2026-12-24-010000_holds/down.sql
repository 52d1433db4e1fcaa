DROP TABLE hold_acts;
