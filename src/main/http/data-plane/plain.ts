import type { Cache, WriteResult } from '../../cache/ports'
import type { Exchange } from '../exchange'
import type { DataHandler, DataPlaneDeps } from './context'
import { hitHeaders, missStatus } from '../entry-headers'
import { etagOf, noneMatchNames } from '../etags'
import { send, sendText } from '../exchange'
import { checkSwitches, findCache, isHit, pathKey, readEntry } from './context'
import { storeBody } from './store'

/** The text face: `/v1/{key}` and `/flush`, a text key-value store over the caller's cache `default`. */
export function createPlainFace(deps: DataPlaneDeps): Record<'plain.get' | 'plain.put' | 'plain.delete' | 'plain.flush', DataHandler> {
  function defaultCache(exchange: Exchange): Cache {
    const cache = findCache(deps, exchange, 'default')
    checkSwitches(deps, cache)
    return cache
  }

  return {
    'plain.get': (exchange) => {
      const key = pathKey(exchange)
      const lookup = readEntry(deps, exchange, findCache(deps, exchange, 'default'), key)
      if (!isHit(lookup))
        sendText(exchange, 404, 'given key not found\n', ['Cache-Status', missStatus(lookup)])
      else if (exchange.head.ifNoneMatch !== null && noneMatchNames(exchange.head.ifNoneMatch, lookup.version))
        send(exchange, 304, hitHeaders(lookup))
      else
        send(exchange, 200, hitHeaders(lookup), lookup.value)
    },

    'plain.put': exchange => storeBody(deps, exchange, pathKey(exchange), defaultCache(exchange), answerStored),

    'plain.delete': (exchange) => {
      defaultCache(exchange).delete(pathKey(exchange))
      exchange.result = 'dropped'
      send(exchange, 200, [])
    },

    'plain.flush': async (exchange) => {
      await defaultCache(exchange).flush()
      exchange.result = 'dropped'
      send(exchange, 200, [])
    },
  }
}

/** 201 for a new one and a replaced one alike: that is this face's contract. */
function answerStored(exchange: Exchange, { version }: WriteResult): void {
  send(exchange, 201, ['ETag', etagOf(version)])
}
