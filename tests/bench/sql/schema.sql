-- The books of the peer. What a redemption needs, and nothing besides: no foreign keys (the functions check what they use),
-- no index but those that keep a promise. Amounts are fen.

-- Credit of one program in cloud accounts. Half-empty pages, and credit_fen in no index: a debit is a HOT update, which touches
-- no index and reuses its page.
CREATE TABLE accounts (
  account_id  bigint   PRIMARY KEY,
  credit_fen  bigint   NOT NULL CHECK (credit_fen >= 0),
  provider_id smallint NOT NULL
) WITH (fillfactor = 50);

-- The approved catalog.
CREATE TABLE products (
  provider_id smallint NOT NULL,
  product_id  text     NOT NULL,
  approved    boolean  NOT NULL,
  PRIMARY KEY (provider_id, product_id)
);

-- What each provider is owed is the sum of its shards. With one row for each provider, its redemptions would wait for each other
-- until the one before is on disk, which was slower at every number of clients.
CREATE TABLE payables (
  provider_id smallint NOT NULL,
  shard       smallint NOT NULL,  -- process number of the session, modulo 64
  payable_fen bigint   NOT NULL,
  PRIMARY KEY (provider_id, shard)
) WITH (fillfactor = 10);

-- The ledger of redemptions: append-only.
CREATE TABLE redemptions (
  sequence       bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  recorded_at    timestamptz NOT NULL DEFAULT now(),
  usage_ended_at timestamptz NOT NULL,
  account_id     bigint      NOT NULL,
  amount_fen     bigint      NOT NULL,
  request_id     uuid        NOT NULL PRIMARY KEY,
  provider_id    smallint    NOT NULL,
  product_id     text        NOT NULL,
  order_number   text        NOT NULL,
  UNIQUE (provider_id, order_number)
);

CREATE TABLE enterprises (
  enterprise_id bigint  PRIMARY KEY,
  blacklisted   boolean NOT NULL
);

-- Money of a program that applications are granted from, first come, first served.
CREATE TABLE pools (
  pool_id       integer PRIMARY KEY,
  available_fen bigint  NOT NULL CHECK (available_fen >= 0),
  held_fen      bigint  NOT NULL,
  queue_number  bigint  NOT NULL  -- of the last accepted application
) WITH (fillfactor = 10);

-- The ledger of accepted applications, each with its hold: append-only.
CREATE TABLE applications (
  received_at   timestamptz NOT NULL DEFAULT now(),
  queue_number  bigint      NOT NULL,
  enterprise_id bigint      NOT NULL,
  spend_fen     bigint      NOT NULL,
  held_fen      bigint      NOT NULL,
  request_id    uuid        NOT NULL PRIMARY KEY,
  pool_id       integer     NOT NULL
);
