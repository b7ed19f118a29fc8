import type { DataOperationName } from '../../shared/data-operations'
import type { FaceName } from '../../shared/faces'
import type { requestResults } from '../../shared/schemas'
import type { Principal } from '../base/principal'
import type { Cache } from '../cache/ports'

/**
 * One call, by whatever protocol, with what is found out about it on its way. A face makes one a request, of whatever
 * object it has for it anyway.
 */
export interface Call {
  /** Whose call it is; null until a credential was recognised. */
  readonly principal: Principal | null
  /** The protocol it came by. What comes by `control` and `events` is no app's, and not in the request log. */
  readonly face: FaceName | 'control' | 'events'
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
  result: typeof requestResults[number]
  /** Why it missed, or the code of the error. */
  reason: string | null
  /** What a layer did to it, for the request log. */
  marks: readonly string[]
  /** Counts how long the calls of the cache concerned take. */
  meter: Pick<Cache, 'recordLatency'> | null
}

/** For calls to which nothing was done, as nearly all are. */
export const noMarks: readonly string[] = []
