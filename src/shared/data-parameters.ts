/** Header fields of a request that stores an entry. */
export const storeHeaders = {
  'Larder-TTL': 'TTL: 90, 90s, 15m, 2h or none; keep lets that of the replaced entry go on. Wins over Cache-Control. '
    + 'Beside Larder-Given-TTL it may be 0 or below: stale for so long.',
  'Larder-Given-TTL': 'The TTL that a sliding restart gives again; Larder-TTL is what is left of it.',
  'Larder-Grace': 'How long past the TTL the entry may be served stale: 0, 90, 90s, 15m, 2h. Wins over Cache-Control.',
  'Larder-Given-Grace': 'The grace that a new TTL starts again; Larder-Grace is what is left of it.',
  'Larder-Tags': 'Up to 16 tags, comma separated and percent-encoded.',
  'Cache-Control': 'max-age, stale-while-revalidate and stale-if-error are read; others are ignored.',
  'If-None-Match': '* stores only if there is no fresh entry.',
  'If-Match': 'Stores only if the entry still has this ETag (compare-and-set).',
}

/** Query parameters that choose entries, of which one may be given. */
export const selection = {
  prefix: 'Entries whose key starts with this.',
  glob: 'Entries whose key matches: * stands for any characters, ? for one, [a-z] for one of these; \\ escapes the next character.',
  tag: 'Entries with this tag.',
  filter: 'Entries that match all terms of the filter language, such as tag:shoes size>10kB ttl<1m -draft. Times are those of the moment of the request. Cannot be combined with prefix, glob and tag.',
}
