-- The statements of the gateways, their rows, and where they differ from the ledger.
CREATE TABLE statements (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    -- YYYY-MM-DD, the gateway's calendar.
    date TEXT NOT NULL,
    store_id TEXT NOT NULL REFERENCES stores (id),
    mode TEXT NOT NULL,
    status TEXT NOT NULL,
    problem TEXT,
    tries INTEGER NOT NULL,
    next_at INTEGER,
    leased_until INTEGER NOT NULL,
    -- The reading whose rows are believed, and the last one begun.
    run INTEGER NOT NULL,
    last_run INTEGER NOT NULL,
    -- Rows of other readings may lie about.
    untidy INTEGER NOT NULL,
    compared_to INTEGER NOT NULL,
    file TEXT,
    figures TEXT,
    rows_kept INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    fetched_at INTEGER,
    reconciled_at INTEGER,
    PRIMARY KEY (account_id, kind, date)
) STRICT;
CREATE INDEX statements_due ON statements (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX statements_by_date ON statements (store_id, mode, date, account_id, kind);

CREATE TABLE statement_rows (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    date TEXT NOT NULL,
    run INTEGER NOT NULL,
    position INTEGER NOT NULL,
    row_kind TEXT NOT NULL,
    number TEXT NOT NULL,
    gateway_number TEXT NOT NULL,
    out_trade_no TEXT,
    gateway_trade_no TEXT,
    amount_fen INTEGER NOT NULL,
    currency TEXT NOT NULL,
    at INTEGER,
    fee_fen INTEGER NOT NULL,
    refund_state TEXT,
    description TEXT NOT NULL,
    balance_fen INTEGER,
    note TEXT,
    voucher_no TEXT,
    PRIMARY KEY (account_id, kind, date, run, position)
) STRICT;
CREATE INDEX statement_rows_by_number ON statement_rows (account_id, kind, number);
CREATE INDEX statement_rows_by_gateway_number ON statement_rows (account_id, kind, gateway_number);

CREATE TABLE differences (
    id TEXT NOT NULL PRIMARY KEY,
    store_id TEXT NOT NULL REFERENCES stores (id),
    mode TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    date TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    subject TEXT NOT NULL,
    number TEXT NOT NULL,
    out_trade_no TEXT,
    payment_id TEXT REFERENCES payments (id),
    refund_id TEXT REFERENCES refunds (id),
    there TEXT,
    here TEXT,
    status TEXT NOT NULL,
    note TEXT,
    -- The reading of that day's statement that showed it last.
    run INTEGER NOT NULL,
    -- When it is looked at again; null when only a person can end it.
    next_at INTEGER,
    leased_until INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    resolved_at INTEGER,
    acknowledged_at INTEGER,
    UNIQUE (account_id, date, kind, subject, number)
) STRICT;
CREATE INDEX differences_by_time ON differences (store_id, mode, created_at, id);
CREATE INDEX differences_unresolved ON differences (account_id, kind, date) WHERE status <> 'resolved';
CREATE INDEX differences_due ON differences (next_at) WHERE next_at IS NOT NULL;

-- Which warnings of expiring credentials have been given.
CREATE TABLE credential_warnings (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    credential TEXT NOT NULL,
    serial TEXT NOT NULL,
    threshold_days INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account_id, credential, serial, threshold_days)
) STRICT;

-- A day's payments and refunds are looked for in its statement.
CREATE INDEX attempts_paid ON attempts (account_id, paid_at) WHERE status = 'paid';
CREATE INDEX refunds_by_attempt ON refunds (attempt_id);
CREATE INDEX refunds_succeeded ON refunds (created_at) WHERE status = 'succeeded';
