-- The settings of a cache as one JSON object, so that a new setting needs no column. The schemas that the API uses
-- define which values are allowed.

CREATE TABLE cache_with_settings (
  id         TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 32),
  user_id    TEXT    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  name       TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  settings   TEXT    NOT NULL CHECK (json_type(settings) = 'object'),
  created_at INTEGER NOT NULL,
  UNIQUE (user_id, name)
) STRICT;

-- Keeps the old order, because caches are listed in it.
INSERT INTO cache_with_settings (id, user_id, name, settings, created_at)
SELECT id, user_id, name, json_object(
  'ttl', ttl,
  'sliding', json(iif(sliding, 'true', 'false')),
  'maxEntries', max_entries,
  'maxBytes', max_bytes,
  'eviction', eviction,
  'persistent', json(iif(persistent, 'true', 'false')),
  'enabled', json(iif(enabled, 'true', 'false'))
), created_at FROM cache ORDER BY rowid;

DROP TABLE cache;
ALTER TABLE cache_with_settings RENAME TO cache;
