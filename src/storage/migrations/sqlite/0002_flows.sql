-- When what was handed to the shopper stops working, and whose wallet an order was opened for.
ALTER TABLE attempts ADD COLUMN action_expires_at INTEGER;
ALTER TABLE attempts ADD COLUMN payer_id TEXT;
