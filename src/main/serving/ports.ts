import type { CallOperationName } from '@shared/call-operations'
import type { FaceName } from '@shared/faces'
import type { MissReason } from '@shared/miss-reasons'
import type { RequestResult } from '@shared/request-results'
import type { TierState } from '@shared/tier'
import type { Clock, Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { Principal } from '../base/principal'
import type { Progress } from '../base/progress'
import type { Cache, CacheDefinition } from '../cache/ports'
import type { Maybe } from './maybe'

export type { Progress } from '../base/progress'
// The parts of the engine that modules may use only through this folder.
export { beyondRoom, hitOf, lasting, lastingValue } from '../cache/ports'
export type {
  BatchOutcome,
  BatchStep,
  BatchStepResult,
  CacheDefinition,
  EngineEvent,
  EntryMetadata,
  Forecast,
  Hit,
  IncrementOptions,
  Lookup,
  PageQuery,
  PageSelector,
  Peek,
  Percentiles,
  Selector,
  Statistics,
  WriteOptions,
  WriteResult,
} from '../cache/ports'

/** What a source did for a read, for its answer and the request log. */
export interface SourceNote {
  /** Why it was asked: nothing is held, what is held is stale, or the caller wanted it. */
  forward: 'miss' | 'stale' | 'request'
  /** Why nothing was held; null if something was. */
  reason: MissReason | null
  /** Another call was waiting for the same answer already. */
  collapsed: boolean
  /** What the source brought is held now. */
  stored: boolean
  /** The code of the error because of which a stale entry was served, or null. */
  failure: string | null
}

/**
 * One call, over any protocol, with what is learned about it on its way. A face creates one per
 * request, or uses an object that it has for the request anyway.
 */
export interface Call {
  /** The caller; null until a credential has been recognised. */
  readonly principal: Principal | null
  /**
   * The protocol it came by. What comes by `control` and `events` is no app's, and in the request
   * log only where it was refused.
   */
  readonly face: FaceName | 'control' | 'events'
  /** Whether an administration tool sends it as an app would: people try something out. */
  readonly asApp: boolean
  /** Null if there is no such operation. */
  readonly operation: CallOperationName | null
  /** The request in the protocol's own terms: HTTP method and path. */
  readonly method: string
  readonly path: string
  /** Milliseconds of the stopwatch at which the call arrived. */
  readonly started: number
  /** The space, cache and key concerned, once known. */
  space: string | null
  cache: string | null
  key: string | null
  /** The cache itself, once found: it records how long its calls take. */
  found: Pick<Cache, 'definition' | 'recordLatency'> | null
  result: RequestResult
  /** The reason for a miss, or the code of the error. */
  reason: string | null
  /** The sentence that its client got with an error. */
  detail: string | null
  /**
   * Seconds for which the entry stays fresh from then on, where it was found or stored; null if it
   * does not end, or nobody knows.
   */
  ttl: number | null
  /** Whether it got past the face's guards, to an operation. */
  readonly admitted: boolean
  /** What layers did to the call, for the request log. */
  marks: readonly string[]
  /** What a reader says about the freshness that it wants, in HTTP's words (RFC 9111 §5.2.1). */
  readonly cacheControl: string | null
  /** What a source did for the call; null if none was asked. */
  sourced: SourceNote | null
}

/**
 * A method of the engine's cache with the call as an additional parameter. It may return its result
 * later.
 */
type Served<Method> = Method extends (...given: infer Given) => infer Result
  ? (...given: [...Given, call: Call]) => Maybe<Awaited<Result>>
  : never

/**
 * A cache as calls see it: the engine's own, or with layers around it. A result that is returned at
 * once is valid until the next call into the cache; a result that comes by promise owns its bytes.
 * Do not keep the cache beyond the next wait: a cache whose configuration changes gets new layers.
 */
export type ServedCache = Pick<Cache, 'definition'> & {
  readonly [Name in Exclude<keyof Cache, Administered>]: Served<Cache[Name]>
} & {
  /** How its shared tier does; missing for a cache that is in none. */
  readonly tier?: () => TierState
  /** Missing for a cache without a source. */
  readonly refresh?: Refresh
}

/**
 * Loads anew every key that is held, or that the source lists under a prefix (of the cache's keys);
 * keys that are gone at the source go. `progress.matched` counts the keys that were loaded. Rejects
 * with LarderError `source-failed`, `source-resting`, `not-here`, `caching-off`, `cache-off`; keys
 * that were loaded until then stay.
 */
export type Refresh = (what: 'held' | { prefix: string }, progress: Progress, call: Call) => Promise<void>

/** What is not for calls. */
type Administered = keyof CacheFigures | 'configure' | 'counters' | 'forecast' | 'recordHit' | 'recordLatency'

/** The information that is available about a cache. */
export type CacheFigures = Pick<
  Cache,
  'definition' | 'size' | 'bytes' | 'statistics' | 'storedLast' | 'newestVersion' | 'restoring'
>

/**
 * A layer between protocols and engine: it may answer instead of the cache, answer later, or not at
 * all.
 */
export interface Layer {
  applies: (definition: Readonly<CacheDefinition>) => boolean
  /**
   * Overrides only the methods it needs: `({ ...next, get })`. The result is disposed of when the
   * cache is reconfigured or deleted.
   */
  wrap: (next: ServedCache, context: LayerContext) => ServedCache & Disposable
}

export interface LayerContext extends Pick<Cache, 'recordHit'> {
  definition: Readonly<CacheDefinition>
  clock: Clock
  stopwatch: Stopwatch
  /**
   * For a layer that has waited: whether calls are still answered. Throws LarderError
   * `caching-off`, `cache-off`.
   */
  checkOn: () => void
  /**
   * The cache with the layers that it has now, for a layer that has waited and was disposed of
   * meanwhile. Throws LarderError `cache-not-found`.
   */
  current: () => ServedCache
}
