/** Kinds of entries by what they hold. `bytes` is what HTTP stores; the others are structures. */
export const entryKinds = ['bytes', 'hash', 'set', 'zset'] as const
export type EntryKind = typeof entryKinds[number]
