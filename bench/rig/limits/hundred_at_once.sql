WITH claimed AS (
    SELECT id FROM limit_waiting WHERE state = 'new' ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED
), numbered AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM claimed
), turns AS (
    UPDATE limit_pool SET turn = turn + (SELECT count(*) FROM claimed) WHERE id = 1 RETURNING turn, reps
), taken AS (
    UPDATE limit_waiting SET state = 'assigned' FROM claimed WHERE limit_waiting.id = claimed.id
)
INSERT INTO limit_assignment (lead_id, pool_id, rep_id, at)
SELECT nextval('limit_lead_number'), 1, reps[1 + (turn - place) % array_length(reps, 1)], now() FROM numbered, turns;
