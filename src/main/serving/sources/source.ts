import type { Buffer } from 'node:buffer'

/** A value as a source has it. Its bytes belong to whoever asked. */
export interface SourceValue {
  value: Buffer
  contentType: string
  /**
   * Seconds of life; null: it has no end there; undefined: the source has no such notion. Where it
   * has no end, the TTL of the cache says how long it is held.
   */
  ttl?: number | null | undefined
  /** Seconds that it may be served stale past its life; undefined: as the cache says. */
  grace?: number | undefined
}

/**
 * Where a cache fills itself on a miss. Implemented by the drivers in `upstreams/`. A call ends
 * soon after its signal was aborted, with whatever error, and leaves no socket busy behind.
 */
export interface Source {
  /** Resolves to undefined if the source has nothing under this key. Rejects with SourceError. */
  load: (key: string, signal: AbortSignal) => Promise<SourceValue | undefined>
  /** Missing for a source that can only be read. */
  writes?: SourceWrites
  /**
   * All keys that begin with the prefix, in pieces; a key may come twice while others are written.
   * Missing for a source that cannot list its keys. Rejects with SourceError.
   */
  keys?: (prefix: string, signal: AbortSignal) => AsyncIterable<readonly string[]>
}

/** All reject with SourceError, which says whether the change may have happened. */
export interface SourceWrites {
  /**
   * What would be too long or too large for the server; null if it takes this. Missing where the
   * server refuses that by itself, and leaves what it has.
   */
  beyond?: (key: string, bytes: number, signal: AbortSignal) => Promise<'key' | 'value' | null>
  /** Where the value has no life, that of the value before goes on. */
  set: (key: string, value: SourceValue, signal: AbortSignal) => Promise<void>
  /** Resolves to whether there was something. */
  delete: (key: string, signal: AbortSignal) => Promise<boolean>
  /**
   * Compare and set, as one step of the source: writes only where these bytes are, null = nothing.
   * Resolves to whether it wrote. Missing where the source has no such operation.
   */
  replace?: (key: string, before: Buffer | null, value: SourceValue, signal: AbortSignal) => Promise<boolean>
  /**
   * Gives a value another life, and leaves it as it is. Resolves to whether there was one. Missing
   * where the source knows no lives.
   *
   * @param ttl seconds; null = no end
   */
  touch?: (key: string, ttl: number | null, signal: AbortSignal) => Promise<boolean>
}

/**
 * What became of a call that failed. `refused`: the source answered that it will not.
 * `unreachable`: it did not get the call. `lost`: it may have got it and acted on it, but no answer
 * came.
 */
type SourceFailure = 'refused' | 'unreachable' | 'lost'

/**
 * A call of a source failed. The message is a sentence for people, which never contains a secret or
 * a value.
 */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly failure: SourceFailure

  constructor(failure: SourceFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}
