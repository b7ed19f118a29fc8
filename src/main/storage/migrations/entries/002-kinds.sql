-- What an entry holds, and 32 bits that clients of memcached keep with it. All existing entries are bytes.

ALTER TABLE entry ADD COLUMN kind TEXT NOT NULL DEFAULT 'bytes' CHECK (kind IN ('bytes', 'hash', 'set', 'zset'));

ALTER TABLE entry ADD COLUMN flags INTEGER NOT NULL DEFAULT 0 CHECK (flags BETWEEN 0 AND 4294967295);
