-- Users who are locked out for a while, and how many caches each may have.

ALTER TABLE user ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0
  -- The owner is the one who can always put things right.
  CHECK (disabled = 0 OR (disabled = 1 AND owner = 0));

ALTER TABLE user ADD COLUMN cache_limit INTEGER NOT NULL DEFAULT 200 CHECK (cache_limit > 0);
