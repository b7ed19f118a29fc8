import type { Conversions } from '../../base/conversions'
import type { Maybe } from '../../serving/maybe'
import type { Hit, Lookup } from '../../serving/ports'
import type { Serving } from '../../serving/serving'
import type { Exchange } from '../exchange'
import { checkKey } from '../../serving/entry-rules'
import { decodeKeyPart, decodePart } from '../request-target'

/** What the handlers of the data plane need. */
export interface DataPlaneDeps {
  serving: Serving
  /** Largest size of a value at the moment, in bytes. */
  valueLimit: () => number
  conversions: Conversions
}

export type DataHandler = (exchange: Exchange) => Maybe<void>

/** The cache that a native route names, decoded. */
export function pathCache(exchange: Exchange): string {
  return decodePart(paramOf(exchange, 'cache'), 'cache')
}

/** The entry key at the end of the path, decoded and checked. */
export function pathKey(exchange: Exchange): string {
  const key = checkKey(decodeKeyPart(paramOf(exchange, 'key'), 'key'))
  exchange.key = key
  return key
}

function paramOf(exchange: Exchange, name: string): string {
  const { route } = exchange
  return route.kind === 'data' ? route.params[name] ?? '' : ''
}

export function isHit(lookup: Lookup): lookup is Hit {
  return typeof lookup !== 'string'
}

/** Answers the failure of a result that comes later; the promise never rejects. */
export function settle(exchange: Exchange, result: Maybe<void>): Maybe<void> {
  return result instanceof Promise ? caught(exchange, result) : result
}

function caught(exchange: Exchange, later: Promise<void>): Promise<void> {
  return later.catch((error: unknown) => exchange.failed(exchange, error))
}
