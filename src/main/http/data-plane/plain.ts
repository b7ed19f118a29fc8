import type { Lookup, ServedCache, WriteResult } from '../../serving/ports'
import type { Exchange } from '../exchange'
import type { DataHandler, DataPlaneDeps } from './context'
import { missStatus } from '@shared/cache-status'
import { noteLookup } from '../../serving/account'
import { proceed } from '../../serving/maybe'
import { readable } from '../../serving/readable'
import { hitHeaders } from '../entry-headers'
import { etagOf } from '../etags'
import { send, sendText } from '../exchange'
import { answerHit, changed, ifVersionOf } from './conditions'
import { isHit, pathKey } from './context'
import { accepted, storeBody } from './store'

const cacheName = 'default'

/**
 * The text face: `/v1/{key}` and `/flush`, a text key-value store over the caller's cache
 * `default`.
 */
export function createPlainFace(
  deps: DataPlaneDeps,
): Record<'plain.get' | 'plain.put' | 'plain.delete' | 'plain.flush', DataHandler> {
  const { serving } = deps
  return {
    'plain.get': (exchange) => {
      const key = pathKey(exchange)
      return proceed(exchange, serving.open(exchange, cacheName, key).get(key, exchange), answerLookup)
    },
    'plain.put': exchange => storeBody(deps, exchange, cacheName, pathKey(exchange), answerStored),
    'plain.delete': (exchange) => {
      const cache = serving.open(exchange, cacheName)
      return proceed(exchange, cache.delete(pathKey(exchange), ifVersionOf(exchange), exchange), answerDeleted)
    },
    'plain.flush': exchange => proceed(exchange, serving.open(exchange, cacheName).flush(exchange), answerDropped),
  }
}

function answerLookup(exchange: Exchange, lookup: Lookup): void {
  noteLookup(exchange, lookup)
  if (!isHit(lookup))
    return sendText(exchange, 404, 'given key not found\n', ['Cache-Status', missStatus(lookup)])
  const hit = readable(lookup)
  answerHit(exchange, hit, hitHeaders(hit, exchange.sourced))
}

/** Answers 201 for new and replaced entries alike, because that is the contract of this face. */
function answerStored(exchange: Exchange, result: WriteResult): void {
  const { version } = accepted(exchange, result)
  send(exchange, 201, ['ETag', etagOf(version)])
}

/** Where nothing is, there is nothing to delete, but no entry that If-Match may name either. */
function answerDeleted(exchange: Exchange, outcome: Awaited<ReturnType<ServedCache['delete']>>): void {
  if (outcome === 'refused' || (outcome === 'missing' && exchange.head.ifMatch !== null))
    throw changed()
  answerDropped(exchange)
}

function answerDropped(exchange: Exchange): void {
  exchange.result = 'dropped'
  send(exchange, 200, [])
}
