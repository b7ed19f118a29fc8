import type { DataOperationName } from '@shared/data-operations'
import type { FaceName } from '@shared/faces'
import type { RequestResult } from '@shared/request-results'
import type { Clock, Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { Principal } from '../base/principal'
import type { Cache, CacheDefinition } from '../cache/ports'
import type { Maybe } from './maybe'

export type { Progress } from '../base/progress'
// The parts of the engine that modules may use only through this folder.
export { hitOf, lastingValue } from '../cache/ports'
export type {
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
  readonly operation: DataOperationName | null
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
}

/** What is not for calls. */
type Administered = keyof CacheFigures | 'configure' | 'counters' | 'forecast' | 'recordLatency'

/** The information that is available about a cache. */
export type CacheFigures = Pick<Cache, 'definition' | 'size' | 'bytes' | 'statistics'>

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

export interface LayerContext {
  definition: Readonly<CacheDefinition>
  clock: Clock
  stopwatch: Stopwatch
}
