-- The tables of the limits: what the database alone can do, with as little as an assignment can be.
CREATE TABLE limit_pool (id int PRIMARY KEY, turn bigint NOT NULL, reps int[] NOT NULL) WITH (fillfactor = 10);
INSERT INTO limit_pool VALUES (1, 0, ARRAY[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
CREATE SEQUENCE limit_lead_number;
CREATE TABLE limit_assignment (
    id bigserial PRIMARY KEY,
    lead_id bigint NOT NULL UNIQUE,
    pool_id int NOT NULL,
    rep_id int NOT NULL,
    at timestamptz NOT NULL
);
CREATE TABLE limit_waiting (id bigserial PRIMARY KEY, state text NOT NULL DEFAULT 'new') WITH (fillfactor = 50);
CREATE INDEX limit_waiting_new ON limit_waiting (id) WHERE state = 'new';
