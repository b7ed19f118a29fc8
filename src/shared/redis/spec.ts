/** A command of the Redis protocol, as `COMMAND INFO` and the documents tell it. */
export interface RedisCommandSpec {
  /** Words of the command with its name; negative: at least so many. */
  arity: number
  /** In the words of Redis. */
  flags: readonly string[]
  /** Which of the words are keys; `last` is negative if it is counted from the end. */
  keys?: { first: number, last: number, step: number }
  /** Instead of `keys`: which word says how many keys follow it. */
  keyCount?: number
  /**
   * What a key must be allowed: `both` for writes that tell what was stored; `none` for what
   * concerns no cache.
   */
  scope: 'read' | 'write' | 'both' | 'none'
  /** Needs its scope, but concerns no entries: no switch refuses it, and no log has a line. */
  cacheless?: true
  /** Works in a cache with a source or backend as well. */
  elsewhere?: true
  /** The version of Redis that had it first. */
  since: string
  group: string
  summary: string
  /** What differs from Redis: a sentence. */
  differs?: string
}
