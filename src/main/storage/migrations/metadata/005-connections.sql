-- Connections to other servers. Secrets are in the vault, never here.

CREATE TABLE connection (
  id             TEXT    NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 32),
  name           TEXT    NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
  driver         TEXT    NOT NULL CHECK (length(driver) BETWEEN 1 AND 32),
  fields         TEXT    NOT NULL CHECK (json_type(fields) = 'object'),
  secret_fields  TEXT    NOT NULL CHECK (json_type(secret_fields) = 'array'),
  -- Where the vault keeps them.
  secret_account TEXT,
  created_at     INTEGER NOT NULL,
  CHECK ((secret_account IS NULL) = (json_array_length(secret_fields) = 0))
) STRICT;
