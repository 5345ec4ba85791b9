-- Columns hold only what both databases know alike: whole numbers (fen, milliseconds, 0 or 1),
-- text (ids with their prefix, JSON) and bytes. Change both files together; a test compares them.
-- Text sorts by its bytes (collation C), as it does in SQLite.

CREATE TABLE meta (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE stores (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    store_id TEXT COLLATE "C" NOT NULL REFERENCES stores (id),
    kind TEXT COLLATE "C" NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    hint TEXT COLLATE "C" NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    label TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE accounts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    store_id TEXT COLLATE "C" NOT NULL REFERENCES stores (id),
    gateway TEXT COLLATE "C" NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    settings TEXT COLLATE "C" NOT NULL,
    sealed_secrets BYTEA NOT NULL,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE payments (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    store_id TEXT COLLATE "C" NOT NULL REFERENCES stores (id),
    mode TEXT COLLATE "C" NOT NULL,
    order_ref TEXT COLLATE "C" NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen >= 0),
    currency TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    return_url TEXT COLLATE "C",
    metadata TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    late BIGINT NOT NULL,
    refunded_fen BIGINT NOT NULL CHECK (refunded_fen >= 0 AND refunded_fen <= amount_fen),
    paid_by TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    close_requested_at BIGINT,
    paid_at BIGINT,
    closed_at BIGINT,
    version BIGINT NOT NULL,
    -- When the jobs should next look whether an open payment is to be closed.
    due_at BIGINT NOT NULL
);
CREATE INDEX payments_by_time ON payments (store_id, mode, created_at, id);
CREATE INDEX payments_by_order_ref ON payments (store_id, mode, order_ref, created_at, id);
CREATE INDEX payments_due ON payments (due_at) WHERE status = 'open';

CREATE TABLE attempts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    payment_id TEXT COLLATE "C" NOT NULL REFERENCES payments (id),
    position BIGINT NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    gateway TEXT COLLATE "C" NOT NULL,
    flow TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    out_trade_no TEXT COLLATE "C" NOT NULL,
    request TEXT COLLATE "C" NOT NULL,
    next_action TEXT COLLATE "C",
    gateway_trade_no TEXT COLLATE "C",
    failure TEXT COLLATE "C",
    duplicate BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    paid_at BIGINT,
    UNIQUE (payment_id, position),
    UNIQUE (account_id, out_trade_no),
    -- One transaction of a gateway can settle one attempt only.
    UNIQUE (account_id, gateway_trade_no)
);
CREATE INDEX attempts_unsettled ON attempts (created_at) WHERE status IN ('creating', 'pending', 'unknown');

CREATE TABLE refunds (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    payment_id TEXT COLLATE "C" NOT NULL REFERENCES payments (id),
    attempt_id TEXT COLLATE "C" NOT NULL REFERENCES attempts (id),
    store_id TEXT COLLATE "C" NOT NULL REFERENCES stores (id),
    mode TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    reason TEXT COLLATE "C",
    cause TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    out_refund_no TEXT COLLATE "C" NOT NULL UNIQUE,
    request TEXT COLLATE "C" NOT NULL,
    gateway_refund_no TEXT COLLATE "C",
    failure TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    succeeded_at BIGINT,
    UNIQUE (payment_id, position)
);
CREATE INDEX refunds_by_time ON refunds (store_id, mode, created_at, id);

-- The last sequence given, per store and mode.
CREATE TABLE sequences (
    store_id TEXT COLLATE "C" NOT NULL REFERENCES stores (id),
    mode TEXT COLLATE "C" NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (store_id, mode)
);

CREATE TABLE events (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    store_id TEXT COLLATE "C" NOT NULL REFERENCES stores (id),
    mode TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    event_type TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    payment_id TEXT COLLATE "C" REFERENCES payments (id),
    fact TEXT COLLATE "C",
    data TEXT COLLATE "C" NOT NULL,
    UNIQUE (store_id, mode, sequence)
);
CREATE INDEX events_by_payment ON events (payment_id, sequence);
CREATE INDEX events_by_time ON events (store_id, mode, created_at, sequence);

CREATE TABLE idempotency_keys (
    store_id TEXT COLLATE "C" NOT NULL REFERENCES stores (id),
    mode TEXT COLLATE "C" NOT NULL,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    route TEXT COLLATE "C" NOT NULL,
    request_hash BYTEA NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    leased_until BIGINT NOT NULL,
    status BIGINT,
    body BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, mode, idempotency_key)
);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

CREATE TABLE endpoints (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    store_id TEXT COLLATE "C" NOT NULL REFERENCES stores (id),
    mode TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    event_types TEXT COLLATE "C" NOT NULL,
    sealed_secret BYTEA NOT NULL,
    sealed_previous_secret BYTEA,
    previous_secret_expires_at BIGINT,
    enabled BIGINT NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX endpoints_by_store ON endpoints (store_id, mode);

CREATE TABLE deliveries (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    endpoint_id TEXT COLLATE "C" NOT NULL REFERENCES endpoints (id),
    event_id TEXT COLLATE "C" NOT NULL REFERENCES events (id),
    event_type TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    tries BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    last_status_code BIGINT,
    last_error TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    delivered_at BIGINT
);
CREATE INDEX deliveries_pending ON deliveries (endpoint_id, next_at, id) WHERE status = 'pending';
CREATE INDEX deliveries_given_out ON deliveries (endpoint_id, leased_until) WHERE status = 'pending';
CREATE INDEX deliveries_by_time ON deliveries (endpoint_id, created_at, id);
CREATE INDEX deliveries_settled ON deliveries (created_at) WHERE status <> 'pending';

CREATE TABLE delivery_tries (
    delivery_id TEXT COLLATE "C" NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    status_code BIGINT,
    error TEXT COLLATE "C",
    duration_ms BIGINT NOT NULL,
    PRIMARY KEY (delivery_id, number)
);

-- What a gateway must still be asked about: every unsettled attempt and refund, and nothing else.
CREATE TABLE checks (
    subject_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    payment_id TEXT COLLATE "C" NOT NULL REFERENCES payments (id),
    next_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    tries BIGINT NOT NULL
);
CREATE INDEX checks_due ON checks (next_at, subject_id);
CREATE INDEX checks_by_payment ON checks (payment_id);

CREATE TABLE notifications (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    notification_id TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    event_type TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (account_id, notification_id, outcome)
);
CREATE INDEX notifications_by_time ON notifications (last_at);

-- How far a copy into this database has come; empty when none is under way.
CREATE TABLE copy_progress (
    table_name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    last_key TEXT COLLATE "C" NOT NULL,
    copied BIGINT NOT NULL
);
