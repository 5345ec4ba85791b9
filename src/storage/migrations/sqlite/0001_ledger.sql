-- Columns hold only what both databases know alike: whole numbers (fen, milliseconds, 0 or 1),
-- text (ids with their prefix, JSON) and bytes. Change both files together; a test compares them.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE stores (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    store_id TEXT NOT NULL REFERENCES stores (id),
    kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    hint TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    store_id TEXT NOT NULL REFERENCES stores (id),
    gateway TEXT NOT NULL,
    mode TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    sealed_secrets BLOB NOT NULL,
    enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE payments (
    id TEXT NOT NULL PRIMARY KEY,
    store_id TEXT NOT NULL REFERENCES stores (id),
    mode TEXT NOT NULL,
    order_ref TEXT NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),
    currency TEXT NOT NULL,
    description TEXT NOT NULL,
    return_url TEXT,
    metadata TEXT NOT NULL,
    status TEXT NOT NULL,
    late INTEGER NOT NULL,
    refunded_fen INTEGER NOT NULL CHECK (refunded_fen >= 0 AND refunded_fen <= amount_fen),
    paid_by TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    close_requested_at INTEGER,
    paid_at INTEGER,
    closed_at INTEGER,
    version INTEGER NOT NULL,
    -- When the jobs should next look whether an open payment is to be closed.
    due_at INTEGER NOT NULL
) STRICT;
CREATE INDEX payments_by_time ON payments (store_id, mode, created_at, id);
CREATE INDEX payments_by_order_ref ON payments (store_id, mode, order_ref, created_at, id);
CREATE INDEX payments_due ON payments (due_at) WHERE status = 'open';

CREATE TABLE attempts (
    id TEXT NOT NULL PRIMARY KEY,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    position INTEGER NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    gateway TEXT NOT NULL,
    flow TEXT NOT NULL,
    status TEXT NOT NULL,
    out_trade_no TEXT NOT NULL,
    request TEXT NOT NULL,
    next_action TEXT,
    gateway_trade_no TEXT,
    failure TEXT,
    duplicate INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    paid_at INTEGER,
    UNIQUE (payment_id, position),
    UNIQUE (account_id, out_trade_no),
    -- One transaction of a gateway can settle one attempt only.
    UNIQUE (account_id, gateway_trade_no)
) STRICT;
CREATE INDEX attempts_unsettled ON attempts (created_at) WHERE status IN ('creating', 'pending', 'unknown');

CREATE TABLE refunds (
    id TEXT NOT NULL PRIMARY KEY,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    attempt_id TEXT NOT NULL REFERENCES attempts (id),
    store_id TEXT NOT NULL REFERENCES stores (id),
    mode TEXT NOT NULL,
    position INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
    reason TEXT,
    cause TEXT NOT NULL,
    status TEXT NOT NULL,
    out_refund_no TEXT NOT NULL UNIQUE,
    request TEXT NOT NULL,
    gateway_refund_no TEXT,
    failure TEXT,
    created_at INTEGER NOT NULL,
    succeeded_at INTEGER,
    UNIQUE (payment_id, position)
) STRICT;
CREATE INDEX refunds_by_time ON refunds (store_id, mode, created_at, id);

-- The last sequence given, per store and mode.
CREATE TABLE sequences (
    store_id TEXT NOT NULL REFERENCES stores (id),
    mode TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (store_id, mode)
) STRICT;

CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    store_id TEXT NOT NULL REFERENCES stores (id),
    mode TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    payment_id TEXT REFERENCES payments (id),
    fact TEXT,
    data TEXT NOT NULL,
    UNIQUE (store_id, mode, sequence)
) STRICT;
CREATE INDEX events_by_payment ON events (payment_id, sequence);
CREATE INDEX events_by_time ON events (store_id, mode, created_at, sequence);

CREATE TABLE idempotency_keys (
    store_id TEXT NOT NULL REFERENCES stores (id),
    mode TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    route TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    resource TEXT NOT NULL,
    owner TEXT NOT NULL,
    leased_until INTEGER NOT NULL,
    status INTEGER,
    body BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (store_id, mode, idempotency_key)
) STRICT;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

CREATE TABLE endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    store_id TEXT NOT NULL REFERENCES stores (id),
    mode TEXT NOT NULL,
    url TEXT NOT NULL,
    event_types TEXT NOT NULL,
    sealed_secret BLOB NOT NULL,
    sealed_previous_secret BLOB,
    previous_secret_expires_at INTEGER,
    enabled INTEGER NOT NULL,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX endpoints_by_store ON endpoints (store_id, mode);

CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    endpoint_id TEXT NOT NULL REFERENCES endpoints (id),
    event_id TEXT NOT NULL REFERENCES events (id),
    event_type TEXT NOT NULL,
    status TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    leased_until INTEGER NOT NULL,
    last_status_code INTEGER,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    delivered_at INTEGER
) STRICT;
CREATE INDEX deliveries_pending ON deliveries (endpoint_id, next_at, id) WHERE status = 'pending';
CREATE INDEX deliveries_given_out ON deliveries (endpoint_id, leased_until) WHERE status = 'pending';
CREATE INDEX deliveries_by_time ON deliveries (endpoint_id, created_at, id);
CREATE INDEX deliveries_settled ON deliveries (created_at) WHERE status <> 'pending';

CREATE TABLE delivery_tries (
    delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    status_code INTEGER,
    error TEXT,
    duration_ms INTEGER NOT NULL,
    PRIMARY KEY (delivery_id, number)
) STRICT;

-- What a gateway must still be asked about: every unsettled attempt and refund, and nothing else.
CREATE TABLE checks (
    subject_id TEXT NOT NULL PRIMARY KEY,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    next_at INTEGER NOT NULL,
    leased_until INTEGER NOT NULL,
    tries INTEGER NOT NULL
) STRICT;
CREATE INDEX checks_due ON checks (next_at, subject_id);
CREATE INDEX checks_by_payment ON checks (payment_id);

CREATE TABLE notifications (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    notification_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    event_type TEXT NOT NULL,
    detail TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (account_id, notification_id, outcome)
) STRICT;
CREATE INDEX notifications_by_time ON notifications (last_at);

-- How far a copy into this database has come; empty when none is under way.
CREATE TABLE copy_progress (
    table_name TEXT NOT NULL PRIMARY KEY,
    last_key TEXT NOT NULL,
    copied INTEGER NOT NULL
) STRICT;
