import type { DataOperationName } from '@shared/data-operations'
import type { FaceName } from '@shared/faces'
import type { RequestResult } from '@shared/request-results'
import type { Clock, Stopwatch } from '../base/clock'
import type { Disposable } from '../base/disposable'
import type { Principal } from '../base/principal'
import type { Cache, CacheDefinition } from '../cache/ports'
import type { Maybe } from './maybe'

// What the engine offers, for those who may not reach it but by this folder.
export { lastingValue } from '../cache/ports'
export type {
  BatchStep,
  BatchStepResult,
  CacheDefinition,
  EngineEvent,
  EntryMetadata,
  Hit,
  Lookup,
  PageQuery,
  Percentiles,
  Selector,
  Statistics,
  WriteOptions,
  WriteResult,
} from '../cache/ports'

/**
 * One call, by whatever protocol, with what is found out about it on its way. A face makes one a
 * request, of whatever object it has for it anyway.
 */
export interface Call {
  /** Whose call it is; null until a credential was recognised. */
  readonly principal: Principal | null
  /**
   * The protocol it came by. What comes by `control` and `events` is no app's, and in the request
   * log only where it was refused.
   */
  readonly face: FaceName | 'control' | 'events'
  /** Whether an administration tool sends it as an app would: people try something out. */
  readonly asApp: boolean
  /** Null where there is no such operation. */
  readonly operation: DataOperationName | null
  /** The protocol's own words for it: HTTP's method and path. */
  readonly method: string
  readonly path: string
  /** Milliseconds of the stopwatch at which it was there. */
  readonly started: number
  /** Space, cache and key concerned, once known. */
  space: string | null
  cache: string | null
  key: string | null
  /** That cache itself, once found: it counts how long its calls take. */
  found: Pick<Cache, 'definition' | 'recordLatency'> | null
  result: RequestResult
  /** Why it missed, or the code of the error. */
  reason: string | null
  /** The sentence that its client got with an error. */
  detail: string | null
  /** Whether it got past the face's guards, to an operation. */
  readonly admitted: boolean
  /** What a layer did to it, for the request log. */
  marks: readonly string[]
}

/** A method of the engine's cache, told whose call it serves, which may answer later. */
type Served<Method> = Method extends (...given: infer Given) => infer Result
  ? (...given: [...Given, call: Call]) => Maybe<Awaited<Result>>
  : never

/**
 * A cache as calls get it: the engine's own, or layers around it. What comes at once is valid until
 * the next call into the cache; what comes by promise owns its bytes. Hold on to it no longer than
 * until the next wait: a cache that is configured anew gets new layers.
 */
export type ServedCache = Pick<Cache, 'definition'> & {
  readonly [Name in Exclude<keyof Cache, keyof CacheFigures | 'configure' | 'recordLatency'>]: Served<Cache[Name]>
}

/** What is told of a cache. */
export type CacheFigures = Pick<Cache, 'definition' | 'size' | 'bytes' | 'statistics'>

/**
 * A piece between protocols and engine: it may answer in the cache's place, or later, or not at
 * all.
 */
export interface Layer {
  applies: (definition: Readonly<CacheDefinition>) => boolean
  /**
   * Overrides what it cares about alone: `({ ...next, get })`. Disposed of when the cache is
   * configured anew or deleted.
   */
  wrap: (next: ServedCache, context: LayerContext) => ServedCache & Disposable
}

export interface LayerContext {
  definition: Readonly<CacheDefinition>
  clock: Clock
  stopwatch: Stopwatch
}
