-- Books many redemptions at one provider with three statements, and returns how many. Made for bills without a flaw: if any of
-- them would be refused all are, and the caller redeems them one by one.
CREATE FUNCTION redeem_batch(p_provider_id smallint, p_request_ids uuid[], p_account_ids bigint[], p_product_ids text[],
                             p_order_numbers text[], p_amounts_fen bigint[], p_usage_ended_at timestamptz)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_booked     bigint;
  v_amount_fen bigint;
BEGIN
  -- Two batches of one provider come one after the other, or they might wait for each other's accounts in a circle.
  PERFORM pg_advisory_xact_lock(p_provider_id);

  WITH booked AS (
    INSERT INTO redemptions (request_id, account_id, provider_id, product_id, order_number, amount_fen, usage_ended_at)
      SELECT request_id, account_id, provider_id, product_id, order_number, amount_fen, p_usage_ended_at
      FROM unnest(p_request_ids, p_account_ids, p_product_ids, p_order_numbers, p_amounts_fen)
             AS item (request_id, account_id, product_id, order_number, amount_fen)
        JOIN accounts USING (account_id)
        JOIN products USING (provider_id, product_id)
      WHERE provider_id = p_provider_id AND approved
      RETURNING account_id, amount_fen
  ), drawn AS (
    SELECT account_id, count(*) AS items, sum(amount_fen)::bigint AS amount_fen FROM booked GROUP BY account_id
  ), debited AS (
    UPDATE accounts SET credit_fen = credit_fen - drawn.amount_fen
      FROM drawn
      WHERE accounts.account_id = drawn.account_id AND credit_fen >= drawn.amount_fen
      RETURNING drawn.items, drawn.amount_fen
  )
  SELECT sum(items), sum(amount_fen) INTO v_booked, v_amount_fen FROM debited;
  IF v_booked IS DISTINCT FROM cardinality(p_request_ids) THEN RAISE 'BATCH_REFUSED'; END IF;

  UPDATE payables SET payable_fen = payable_fen + v_amount_fen
    WHERE provider_id = p_provider_id AND shard = pg_backend_pid() % 64;
  RETURN v_booked;
END
$$;
