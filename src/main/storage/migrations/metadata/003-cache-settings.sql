-- The settings of a cache as one JSON object: a new setting needs no column. What its values may be is said by
-- the schemas that the API uses as well.

CREATE TABLE cache_with_settings (
  id         TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 32),
  user_id    TEXT    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  name       TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  settings   TEXT    NOT NULL CHECK (json_type(settings) = 'object'),
  created_at INTEGER NOT NULL,
  UNIQUE (user_id, name)
) STRICT;

-- In the old order, which is the one that caches are listed in.
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
