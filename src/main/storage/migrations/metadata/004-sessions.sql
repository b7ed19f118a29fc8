-- Sessions of users, so that a restart does not sign anybody out.

CREATE TABLE session (
  -- SHA-256 of the token, base64url. Nobody can sign in with it.
  id         TEXT    NOT NULL PRIMARY KEY CHECK (length(id) = 43),
  user_id    TEXT    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  idle_until INTEGER NOT NULL
) STRICT;

CREATE INDEX session_user ON session (user_id);
