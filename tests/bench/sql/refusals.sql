-- What must be refused is refused, and leaves no trace; tried on the fresh books, then undone.
BEGIN;

-- What became of a statement: its result, the reason of its refusal, or the unique constraint that it violated.
CREATE FUNCTION pg_temp.outcome(p_statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_result text;
BEGIN
  EXECUTE p_statement INTO v_result;
  RETURN v_result;
EXCEPTION
  WHEN unique_violation THEN
    GET STACKED DIAGNOSTICS v_result = CONSTRAINT_NAME;
    RETURN v_result;
  WHEN raise_exception THEN
    RETURN SQLERRM;
END
$$;

CREATE FUNCTION pg_temp.redeem(p_request_id text, p_account_id bigint, p_product_id text, p_order_number text, p_amount_fen bigint)
RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.outcome(format('SELECT redeem(md5(%L)::uuid, %s, %L, %L, %s, now())',
                                p_request_id, p_account_id, p_product_id, p_order_number, p_amount_fen))
$$;

-- Two redemptions of provider 1, in one batch.
CREATE FUNCTION pg_temp.redeem_two(p_request_ids text[], p_account_ids bigint[], p_order_numbers text[], p_amounts_fen bigint[])
RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.outcome(format('SELECT redeem_batch(1::smallint, %L::uuid[], %L::bigint[], %L::text[], %L::text[], %L::bigint[], now())',
                                ARRAY[md5(p_request_ids[1]), md5(p_request_ids[2])], p_account_ids, '{ecs,ecs}', p_order_numbers,
                                p_amounts_fen))
$$;

DO $$
BEGIN
  -- Account 7 is provider 1's, with 1,000,000,000 fen.
  UPDATE products SET approved = false WHERE provider_id = 1 AND product_id = 'obs';
  ASSERT pg_temp.redeem('r1', 7, 'ecs', 'o1', 400000000) ~ '^[0-9]+$';
  ASSERT pg_temp.redeem('r1', 7, 'ecs', 'o2', 1) = 'redemptions_pkey';
  ASSERT pg_temp.redeem('r2', 7, 'ecs', 'o1', 1) = 'redemptions_provider_id_order_number_key';
  ASSERT pg_temp.redeem('r3', 100001, 'ecs', 'o3', 1) = 'ACCOUNT_NOT_FOUND';
  ASSERT pg_temp.redeem('r4', 7, 'obs', 'o4', 1) = 'PRODUCT_NOT_APPROVED';
  ASSERT pg_temp.redeem('r5', 7, 'nothing', 'o5', 1) = 'PRODUCT_NOT_APPROVED';
  ASSERT pg_temp.redeem('r6', 7, 'ecs', 'o6', 600000001) = 'INSUFFICIENT_CREDIT';
  ASSERT pg_temp.redeem('r7', 7, 'ecs', 'o7', 600000000) ~ '^[0-9]+$';
  ASSERT pg_temp.redeem('r8', 8, 'ecs', 'o1', 1) ~ '^[0-9]+$';  -- another provider's order number

  ASSERT pg_temp.redeem_two('{b1,b2}', '{13,13}', '{p1,p2}', '{400000000,600000001}') = 'BATCH_REFUSED';
  ASSERT pg_temp.redeem_two('{b1,b2}', '{13,14}', '{p1,p2}', '{1,1}') = 'BATCH_REFUSED';  -- 14 is provider 2's
  ASSERT pg_temp.redeem_two('{b1,r1}', '{13,13}', '{p1,p2}', '{1,1}') = 'redemptions_pkey';
  ASSERT pg_temp.redeem_two('{b1,b2}', '{13,13}', '{p1,o1}', '{1,1}') = 'redemptions_provider_id_order_number_key';
  ASSERT pg_temp.redeem_two('{b1,b2}', '{13,13}', '{p1,p2}', '{400000000,600000000}') = '2';

  UPDATE enterprises SET blacklisted = true WHERE enterprise_id = 9;
  UPDATE pools SET available_fen = 100;
  ASSERT pg_temp.outcome('SELECT apply(md5(''a1'')::uuid, 1, 8, 200, 60)') = '1';
  ASSERT pg_temp.outcome('SELECT apply(md5(''a1'')::uuid, 1, 8, 200, 40)') = 'applications_pkey';
  ASSERT pg_temp.outcome('SELECT apply(md5(''a2'')::uuid, 1, 9, 200, 40)') = 'NOT_ELIGIBLE';
  ASSERT pg_temp.outcome('SELECT apply(md5(''a3'')::uuid, 1, 8, 200, 41)') = 'BUDGET_EXHAUSTED';
  ASSERT pg_temp.outcome('SELECT apply(md5(''a4'')::uuid, 1, 8, 200, 40)') = '2';

  ASSERT (SELECT array_agg(credit_fen ORDER BY account_id) FROM accounts WHERE account_id IN (7, 8, 13)) = '{0,999999999,0}';
  ASSERT (SELECT array_agg(sum ORDER BY provider_id) FROM (SELECT provider_id, sum(payable_fen) FROM payables GROUP BY 1) AS owed)
         = '{0,2000000000,1,0,0,0}';
  ASSERT (SELECT count(*) FROM redemptions) = 5;
  ASSERT (SELECT (available_fen, held_fen, queue_number) = (0, 100, 2) FROM pools);
  ASSERT (SELECT array_agg(held_fen ORDER BY queue_number) FROM applications) = '{60,40}';
END
$$;

ROLLBACK;
