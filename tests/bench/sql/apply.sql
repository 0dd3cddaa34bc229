-- Submits one application: holds its grant in the pool and returns its queue number. The same request again returns the first
-- number. A refusal is an exception with the reason as its message, and leaves no trace.
CREATE FUNCTION apply(p_request_id uuid, p_pool_id integer, p_enterprise_id bigint, p_spend_fen bigint, p_grant_fen bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_queue_number bigint;
BEGIN
  PERFORM FROM enterprises WHERE enterprise_id = p_enterprise_id AND NOT blacklisted;
  IF NOT FOUND THEN RAISE EXCEPTION 'NOT_ELIGIBLE'; END IF;

  -- Everybody waits here for the session before, until its commit is on disk: this row is the queue.
  UPDATE pools
    SET available_fen = available_fen - p_grant_fen, held_fen = held_fen + p_grant_fen, queue_number = queue_number + 1
    WHERE pool_id = p_pool_id AND available_fen >= p_grant_fen
    RETURNING queue_number INTO v_queue_number;
  IF NOT FOUND THEN RAISE EXCEPTION 'BUDGET_EXHAUSTED'; END IF;

  INSERT INTO applications (request_id, pool_id, queue_number, enterprise_id, spend_fen, held_fen)
    VALUES (p_request_id, p_pool_id, v_queue_number, p_enterprise_id, p_spend_fen, p_grant_fen);
  RETURN v_queue_number;
END
$$;
