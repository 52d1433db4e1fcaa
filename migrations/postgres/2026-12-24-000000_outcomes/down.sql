DROP TABLE outcome_proposals;
