-- What payments are looked for by besides, put in order behind the writer as payment_words are: how far each block has come.
ALTER TABLE id_blocks ADD COLUMN facts_upto BIGINT NOT NULL DEFAULT 0;
ALTER TABLE id_blocks ADD COLUMN states_upto BIGINT NOT NULL DEFAULT 0;
ALTER TABLE id_blocks ADD COLUMN tasks_upto BIGINT NOT NULL DEFAULT 0;
ALTER TABLE id_blocks ADD COLUMN events_upto BIGINT NOT NULL DEFAULT 0;
ALTER TABLE id_blocks ADD COLUMN has_facts BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX id_blocks_without_facts ON id_blocks (first) WHERE NOT has_facts;

-- What payers paid, in order of the amount.
CREATE TABLE payment_amounts (
    total BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    PRIMARY KEY (total, payment_id)
) WITHOUT ROWID;

-- The tasks of each payment.
CREATE TABLE payment_tasks (
    payment_id BIGINT NOT NULL,
    task_id BIGINT NOT NULL,
    PRIMARY KEY (payment_id, task_id)
) WITHOUT ROWID;

-- Incidents are few; those that are closed belong to a payment's story too.
CREATE INDEX incidents_payment ON incidents (payment_id) WHERE payment_id IS NOT NULL;

-- What members of staff wrote to payments.
CREATE TABLE payment_notes (
    id INTEGER NOT NULL PRIMARY KEY,
    payment_id BIGINT NOT NULL,
    note TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    made_by BIGINT NOT NULL,
    made_by_name TEXT NOT NULL
);
CREATE INDEX payment_notes_payment ON payment_notes (payment_id, id);
