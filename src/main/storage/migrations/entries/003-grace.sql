-- The grace that an entry was given, in milliseconds. A soft invalidation moves `grace_until` further away than that.
-- NULL: an entry from before this column; what its two times say counts.

ALTER TABLE entry ADD COLUMN grace REAL;
