import type { WriteResult } from '../../cache/ports'
import type { Exchange } from '../exchange'
import type { DataHandler, DataPlaneDeps } from './context'
import { invalidField, LarderError } from '../../../shared/errors'
import { limits } from '../../../shared/limits'
import { readBody } from '../body'
import { parseTtl } from '../durations'
import { hitHeaders, missStatus } from '../entry-headers'
import { etagOf, noneMatchNames, parseIfMatch } from '../etags'
import { send, sendText } from '../exchange'
import { readQuery, refuseUnknown } from '../request-target'
import { isHit, nativeCache, pathCache, pathKey, peekEntry, readEntry, requireRead } from './context'
import { accepted, holding, storeBody } from './store'

type NativeEntryOperation = 'entries.get' | 'entries.put' | 'entries.patch' | 'entries.delete' | 'entries.post'

/** The native face, one entry: `/api/caches/{cache}/entries/{key}`. */
export function createEntryFace(deps: DataPlaneDeps): Record<NativeEntryOperation, DataHandler> {
  return {
    'entries.get': (exchange) => {
      const key = pathKey(exchange)
      const { head } = exchange
      const cache = pathCache(deps, exchange)
      const lookup = wantsPeek(exchange) ? peekEntry(deps, exchange, cache, key) : readEntry(deps, exchange, cache, key)
      if (!isHit(lookup)) {
        const problem = new LarderError('entry-not-found', `There is no entry ${key.slice(0, 100)} in the cache ${cache.definition.name}: ${lookup}.`).toProblem()
        send(exchange, 404, ['Content-Type', 'application/problem+json', 'Cache-Status', missStatus(lookup)], JSON.stringify(problem))
      }
      else if (head.ifNoneMatch !== null && noneMatchNames(head.ifNoneMatch, lookup.version)) {
        send(exchange, 304, hitHeaders(lookup))
      }
      else {
        send(exchange, 200, hitHeaders(lookup), lookup.value)
      }
    },

    'entries.put': exchange => storeBody(deps, exchange, pathKey(exchange), nativeCache(deps, exchange), answerStored),

    'entries.patch': async (exchange) => {
      const key = pathKey(exchange)
      const { head } = exchange
      if (head.contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/merge-patch+json')
        throw new LarderError('unsupported-media-type', 'Content-Type: must be application/merge-patch+json', { errors: [{ field: 'Content-Type', message: 'must be application/merge-patch+json' }] })
      nativeCache(deps, exchange)
      const ifVersion = head.ifMatch === null ? undefined : parseIfMatch(head.ifMatch)
      const patch = await readBody(exchange, Math.min(deps.valueLimit(), limits.patch))
      await holding(exchange, patch.length, dropped => Promise.race([nativeCache(deps, exchange).roomFor(patch.length), dropped]))
      const cache = nativeCache(deps, exchange)
      const { version } = accepted(exchange, cache, cache.mergePatch(key, patch, ifVersion))
      send(exchange, 204, ['ETag', etagOf(version)])
    },

    'entries.delete': (exchange) => {
      const key = pathKey(exchange)
      const cache = nativeCache(deps, exchange)
      const outcome = cache.delete(key, exchange.head.ifMatch === null ? undefined : parseIfMatch(exchange.head.ifMatch))
      if (outcome === 'missing')
        throw missing(key)
      if (outcome === 'refused')
        throw new LarderError('precondition-failed', 'The entry has changed.')
      exchange.result = 'dropped'
      send(exchange, 204, [])
    },

    'entries.post': (exchange) => {
      const key = pathKey(exchange)
      const query = readQuery(exchange.target.query)
      const cache = nativeCache(deps, exchange)
      const op = query.get('op')
      if (op === 'increment') {
        refuseUnknown(query, { op: '', by: '' })
        requireRead(exchange, 'op=increment returns the number, so it')
        const { number, version } = cache.increment(key, parseBy(query.get('by') ?? '1'))
        exchange.result = 'stored'
        sendText(exchange, 200, number, ['ETag', etagOf(version)])
      }
      else if (op === 'touch') {
        refuseUnknown(query, { op: '', ttl: '' })
        if (!query.has('ttl'))
          throw invalidField('ttl', 'is missing')
        if (!cache.touch(key, parseTtl(query.get('ttl') as string, 'ttl')))
          throw missing(key)
        exchange.result = 'stored'
        send(exchange, 204, [])
      }
      else {
        throw invalidField('op', op === undefined ? 'is missing; must be increment or touch' : 'must be increment or touch')
      }
    },
  }
}

/** Most reads have no query at all. */
function wantsPeek({ target }: Exchange): boolean {
  return target.query !== '' && readQuery(target.query).get('peek') === '1'
}

function answerStored(exchange: Exchange, { outcome, version }: WriteResult): void {
  send(exchange, outcome === 'created' ? 201 : 204, ['ETag', etagOf(version)])
}

function missing(key: string): LarderError {
  return new LarderError('entry-not-found', `There is no entry ${key.slice(0, 100)}.`)
}

function parseBy(text: string): bigint {
  if (!/^-?\d{1,19}$/.test(text) || BigInt.asIntN(64, BigInt(text)) !== BigInt(text))
    throw invalidField('by', 'must be a 64-bit whole number')
  return BigInt(text)
}
