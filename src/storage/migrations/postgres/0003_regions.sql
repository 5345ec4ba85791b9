-- The region ids of each store's shop system, as uploaded: JSON, read again against every newer table.

CREATE TABLE shop_regions (
    store_id TEXT COLLATE "C" NOT NULL REFERENCES stores (id),
    platform TEXT COLLATE "C" NOT NULL,
    regions TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, platform)
);
