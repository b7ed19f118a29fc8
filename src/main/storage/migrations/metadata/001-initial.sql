-- Times are milliseconds since the Unix epoch, durations seconds, sizes bytes, lists JSON arrays.

CREATE TABLE schema_migration (
  number     INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE,
  applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE user (
  id            TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 32),
  name          TEXT    NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
  owner         INTEGER NOT NULL CHECK (owner IN (0, 1)),
  admin         INTEGER NOT NULL CHECK (admin IN (0, 1)),
  password_hash TEXT    CHECK (password_hash GLOB 'scrypt$*'),
  created_at    INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX user_owner ON user (owner) WHERE owner = 1;

CREATE TABLE cache (
  id          TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 32),
  user_id     TEXT    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  name        TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  ttl         REAL    CHECK (ttl > 0),
  sliding     INTEGER NOT NULL CHECK (sliding IN (0, 1)),
  max_entries INTEGER CHECK (max_entries > 0),
  max_bytes   INTEGER CHECK (max_bytes > 0),
  eviction    TEXT    NOT NULL CHECK (eviction IN ('lru', 'lfu', 'sieve')),
  persistent  INTEGER NOT NULL CHECK (persistent IN (0, 1)),
  enabled     INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  created_at  INTEGER NOT NULL,
  UNIQUE (user_id, name)
) STRICT;

CREATE TABLE api_key (
  id                  TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 32),
  user_id             TEXT    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  label               TEXT    NOT NULL,
  digest              BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),
  previous_digest     BLOB    CHECK (length(previous_digest) = 32),
  previous_expires_at INTEGER,
  scopes              TEXT    NOT NULL CHECK (json_type(scopes) = 'array'),
  caches              TEXT    CHECK (json_type(caches) = 'array'),
  origins             TEXT    NOT NULL CHECK (json_type(origins) = 'array'),
  created_at          INTEGER NOT NULL,
  last_used_at        INTEGER,
  -- An old digest without an end would be good for ever.
  CHECK ((previous_digest IS NULL) = (previous_expires_at IS NULL))
) STRICT;

CREATE INDEX api_key_user ON api_key (user_id);

CREATE TABLE setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;
