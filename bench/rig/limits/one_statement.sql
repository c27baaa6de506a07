WITH turn AS (UPDATE limit_pool SET turn = turn + 1 WHERE id = 1 RETURNING turn, reps)
INSERT INTO limit_assignment (lead_id, pool_id, rep_id, at)
SELECT nextval('limit_lead_number'), 1, reps[1 + turn % array_length(reps, 1)], now() FROM turn;
