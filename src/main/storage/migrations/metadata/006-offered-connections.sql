-- Whether users who are not administrators may choose a connection for their caches.

ALTER TABLE connection ADD COLUMN offered INTEGER NOT NULL DEFAULT 0 CHECK (offered IN (0, 1));
