-- The region ids of each store's shop system, as uploaded: JSON, read again against every newer table.

CREATE TABLE shop_regions (
    store_id TEXT NOT NULL REFERENCES stores (id),
    platform TEXT NOT NULL,
    regions TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (store_id, platform)
) STRICT;
