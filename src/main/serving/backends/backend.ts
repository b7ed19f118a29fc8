import type { Buffer } from 'node:buffer'

/** Bytes under a key of a backend, which belong to whoever gets them. */
export interface StoredBytes {
  bytes: Buffer
  /** Seconds until the server lets them go; null: never, or it knows no lives. */
  life: number | null
}

/**
 * Where a cache keeps its entries, if not here. Implemented by the drivers in `upstreams/`, over
 * keys with the cache's prefix. A call ends soon after its signal was aborted, with whatever error,
 * and leaves no socket busy behind. All reject with SourceError, which says whether a change may
 * have happened.
 */
export interface Backend {
  /** Whether the server lets go what has come to its end, so that only the living are found. */
  readonly endsLives: boolean
  /** What would be too long or too large for the server; null if it takes this. */
  beyond: (key: string, bytes: number, signal: AbortSignal) => Promise<'key' | 'value' | null>
  /** Resolves to undefined if nothing is there. */
  get: (key: string, signal: AbortSignal) => Promise<StoredBytes | undefined>
  /** Resolves to whether something was there. */
  set: (key: string, stored: StoredBytes, signal: AbortSignal) => Promise<boolean>
  /** Resolves to whether something was there. */
  delete: (key: string, signal: AbortSignal) => Promise<boolean>
  /**
   * Compare and set, as one step of the server: writes, or deletes with null, only where these
   * bytes are; null = nothing. Resolves to whether it did. Missing where the server has no such
   * operation.
   */
  replace?: (key: string, before: Buffer | null, after: StoredBytes | null, signal: AbortSignal) => Promise<boolean>
  /**
   * All keys that begin with the prefix, in pieces; a key may come twice while others are written.
   */
  keys: (prefix: string, signal: AbortSignal) => AsyncIterable<readonly string[]>
}
