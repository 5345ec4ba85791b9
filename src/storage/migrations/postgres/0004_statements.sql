-- The statements of the gateways, their rows, and where they differ from the ledger.
CREATE TABLE statements (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    kind TEXT COLLATE "C" NOT NULL,
    -- YYYY-MM-DD, the gateway's calendar.
    date TEXT COLLATE "C" NOT NULL,
    store_id TEXT COLLATE "C" NOT NULL REFERENCES stores (id),
    mode TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    problem TEXT COLLATE "C",
    tries BIGINT NOT NULL,
    next_at BIGINT,
    leased_until BIGINT NOT NULL,
    -- The reading whose rows are believed, and the last one begun.
    run BIGINT NOT NULL,
    last_run BIGINT NOT NULL,
    -- Rows of other readings may lie about.
    untidy BIGINT NOT NULL,
    compared_to BIGINT NOT NULL,
    file TEXT COLLATE "C",
    figures TEXT COLLATE "C",
    rows_kept BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    fetched_at BIGINT,
    reconciled_at BIGINT,
    PRIMARY KEY (account_id, kind, date)
);
CREATE INDEX statements_due ON statements (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX statements_by_date ON statements (store_id, mode, date, account_id, kind);

CREATE TABLE statement_rows (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    kind TEXT COLLATE "C" NOT NULL,
    date TEXT COLLATE "C" NOT NULL,
    run BIGINT NOT NULL,
    position BIGINT NOT NULL,
    row_kind TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    gateway_number TEXT COLLATE "C" NOT NULL,
    out_trade_no TEXT COLLATE "C",
    gateway_trade_no TEXT COLLATE "C",
    amount_fen BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    at BIGINT,
    fee_fen BIGINT NOT NULL,
    refund_state TEXT COLLATE "C",
    description TEXT COLLATE "C" NOT NULL,
    balance_fen BIGINT,
    note TEXT COLLATE "C",
    voucher_no TEXT COLLATE "C",
    PRIMARY KEY (account_id, kind, date, run, position)
);
CREATE INDEX statement_rows_by_number ON statement_rows (account_id, kind, number);
CREATE INDEX statement_rows_by_gateway_number ON statement_rows (account_id, kind, gateway_number);

CREATE TABLE differences (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    store_id TEXT COLLATE "C" NOT NULL REFERENCES stores (id),
    mode TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    date TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    out_trade_no TEXT COLLATE "C",
    payment_id TEXT COLLATE "C" REFERENCES payments (id),
    refund_id TEXT COLLATE "C" REFERENCES refunds (id),
    there TEXT COLLATE "C",
    here TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C",
    -- The reading of that day's statement that showed it last.
    run BIGINT NOT NULL,
    -- When it is looked at again; null when only a person can end it.
    next_at BIGINT,
    leased_until BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    resolved_at BIGINT,
    acknowledged_at BIGINT,
    UNIQUE (account_id, date, kind, subject, number)
);
CREATE INDEX differences_by_time ON differences (store_id, mode, created_at, id);
CREATE INDEX differences_unresolved ON differences (account_id, kind, date) WHERE status <> 'resolved';
CREATE INDEX differences_due ON differences (next_at) WHERE next_at IS NOT NULL;

-- Which warnings of expiring credentials have been given.
CREATE TABLE credential_warnings (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    credential TEXT COLLATE "C" NOT NULL,
    serial TEXT COLLATE "C" NOT NULL,
    threshold_days BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, credential, serial, threshold_days)
);

-- A day's payments and refunds are looked for in its statement.
CREATE INDEX attempts_paid ON attempts (account_id, paid_at) WHERE status = 'paid';
CREATE INDEX refunds_by_attempt ON refunds (attempt_id);
CREATE INDEX refunds_succeeded ON refunds (created_at) WHERE status = 'succeeded';
