CREATE TABLE schema_migration (
  number     INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE,
  applied_at INTEGER NOT NULL
) STRICT;

-- Times are wall-clock milliseconds, not always whole ones; NULL = never. A rewritten entry gets a new position, so that
-- positions go from the oldest write to the newest.
CREATE TABLE entry (
  position     INTEGER PRIMARY KEY,
  cache_id     TEXT    NOT NULL,
  key          BLOB    NOT NULL,
  value        BLOB    NOT NULL,
  content_type TEXT    NOT NULL,
  tags         TEXT    NOT NULL CHECK (json_type(tags) = 'array'),
  version      INTEGER NOT NULL,
  stored_at    REAL    NOT NULL,
  ttl          REAL,
  fresh_until  REAL,
  grace_until  REAL,
  UNIQUE (cache_id, key)
) STRICT;

-- Ends in the position, as every index of a rowid table does: reads a cache in order without sorting it.
CREATE INDEX entry_cache ON entry (cache_id);
