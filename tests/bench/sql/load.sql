-- 100,000 accounts with ten million yuan each, spread over 6 providers, and a pool that no run can empty.
INSERT INTO accounts (account_id, credit_fen, provider_id)
  SELECT id, 1000000000, id % 6 FROM generate_series(1, 100000) AS id;
INSERT INTO enterprises SELECT id, false FROM generate_series(1, 100000) AS id;
INSERT INTO payables
  SELECT provider_id, shard, 0 FROM generate_series(0, 5) AS provider_id, generate_series(0, 63) AS shard;
INSERT INTO products
  SELECT provider_id, product_id, true
  FROM generate_series(0, 5) AS provider_id,
       unnest('{ecs,evs,obs,rds-mysql,cce,welink,gaussdb,modelarts,iotda}'::text[]) AS product_id;
INSERT INTO pools VALUES (1, 1000000000000000, 0, 0);
VACUUM ANALYZE;
CHECKPOINT;
