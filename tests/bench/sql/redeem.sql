-- Books one redemption and returns its number in the ledger. A refusal is an exception and leaves no trace: the reason, or the
-- unique constraint that was violated (redemptions_pkey: the request is known; the other: the order was redeemed).
CREATE FUNCTION redeem(p_request_id uuid, p_account_id bigint, p_product_id text, p_order_number text, p_amount_fen bigint,
                       p_usage_ended_at timestamptz)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_sequence    bigint;
  v_provider_id smallint;
BEGIN
  INSERT INTO redemptions (request_id, account_id, provider_id, product_id, order_number, amount_fen, usage_ended_at)
    SELECT p_request_id, account_id, provider_id, product_id, p_order_number, p_amount_fen, p_usage_ended_at
    FROM accounts JOIN products USING (provider_id)
    WHERE account_id = p_account_id AND product_id = p_product_id AND approved
    RETURNING sequence, provider_id INTO v_sequence, v_provider_id;
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM accounts WHERE account_id = p_account_id) THEN RAISE 'PRODUCT_NOT_APPROVED'; END IF;
    RAISE 'ACCOUNT_NOT_FOUND';
  END IF;

  UPDATE accounts SET credit_fen = credit_fen - p_amount_fen
    WHERE account_id = p_account_id AND credit_fen >= p_amount_fen;
  IF NOT FOUND THEN RAISE 'INSUFFICIENT_CREDIT'; END IF;

  UPDATE payables SET payable_fen = payable_fen + p_amount_fen
    WHERE provider_id = v_provider_id AND shard = pg_backend_pid() % 64;
  RETURN v_sequence;
END
$$;
