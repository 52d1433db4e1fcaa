DROP TABLE person_requests;
