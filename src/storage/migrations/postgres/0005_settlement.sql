-- The app that was chosen to pay by, and what a gateway pays out in another currency.
ALTER TABLE attempts ADD COLUMN app_id TEXT COLLATE "C";
ALTER TABLE attempts ADD COLUMN settlement_currency TEXT COLLATE "C";
ALTER TABLE attempts ADD COLUMN settlement_minor BIGINT;

-- Whose turn it is among the refunds of one order: gateways take one after another.
CREATE TABLE refund_turns (
    attempt_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES attempts (id),
    refund_id TEXT COLLATE "C" NOT NULL REFERENCES refunds (id),
    free_at BIGINT NOT NULL
);
