import type { MissReason } from '@shared/miss-reasons'
import type { Maybe } from '../../serving/maybe'
import type { Lookup, Peek, ServedCache, WriteResult } from '../../serving/ports'
import type { Exchange } from '../exchange'
import type { DataHandler, DataPlaneDeps } from './context'
import { missStatus } from '@shared/cache-status'
import { dataOperations } from '@shared/data-operations'
import { invalidField, LarderError } from '@shared/errors'
import { spellKey } from '@shared/key-spelling'
import { limits } from '@shared/limits'
import { requireRead } from '../../serving/access'
import { noteLookup } from '../../serving/account'
import { proceed } from '../../serving/maybe'
import { readable } from '../../serving/readable'
import { readBody } from '../body'
import { departureOf } from '../departure'
import { parseGrace, parseTtl } from '../durations'
import { hitHeaders, peekHeaders, readIncrementOptions } from '../entry-headers'
import { etagOf } from '../etags'
import { send, sendText } from '../exchange'
import { readFlag, readQuery, refuseUnknown } from '../request-target'
import { answerHit, changed, ifVersionOf } from './conditions'
import { isHit, pathCache, pathKey } from './context'
import { answerAccepted } from './converted'
import { refuseFields } from './foreign-fields'
import { accepted, holding, storeBody } from './store'

type NativeEntryOperation = 'entries.get' | 'entries.put' | 'entries.patch' | 'entries.delete' | 'entries.post'

/** What `increment` takes; the others have no effect on any POST. */
const fieldsOfNumbers = ['Larder-TTL', 'Larder-Grace', 'Larder-Tags'] as const

/** The native face, one entry: `/api/caches/{cache}/entries/{key}`. */
export function createEntryFace(deps: DataPlaneDeps): Record<NativeEntryOperation, DataHandler> {
  const { serving } = deps

  function answerPeek(exchange: Exchange, peek: Peek | undefined): Maybe<void> {
    if (peek === undefined)
      return answerMiss(exchange, 'absent')
    const shown = readable(peek)
    return answerAccepted(deps, exchange, shown, peekHeaders(shown))
  }

  function answerLookup(exchange: Exchange, lookup: Lookup): Maybe<void> {
    noteLookup(exchange, lookup)
    if (!isHit(lookup))
      return answerMiss(exchange, lookup)
    const hit = readable(lookup)
    return answerAccepted(deps, exchange, hit, hitHeaders(hit, exchange.sourced))
  }

  return {
    'entries.get': (exchange) => {
      const key = pathKey(exchange)
      const name = pathCache(exchange)
      // A peek leaves no trace, so it does not count as a miss either.
      if (wantsPeek(exchange))
        return proceed(exchange, serving.look(exchange, name).peek(key, exchange), answerPeek)
      return proceed(exchange, serving.open(exchange, name, key).get(key, exchange), answerLookup)
    },

    'entries.put': (exchange) => {
      const key = pathKey(exchange)
      return storeBody(deps, exchange, pathCache(exchange), key, answerStored)
    },

    'entries.patch': async (exchange) => {
      const key = pathKey(exchange)
      const { head } = exchange
      if (head.contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/merge-patch+json') {
        throw new LarderError(
          'unsupported-media-type',
          'Content-Type: must be application/merge-patch+json',
          { errors: [{ field: 'Content-Type', message: 'must be application/merge-patch+json' }] },
        )
      }
      const name = pathCache(exchange)
      serving.open(exchange, name)
      const ifVersion = ifVersionOf(exchange)
      const patch = await readBody(exchange, Math.min(deps.valueLimit(), limits.patch))
      await holding(exchange, patch.length, async (dropped) => {
        const options = { ifVersion: ifVersion ?? 'any' }
        await Promise.race([serving.open(exchange, name).roomFor(patch.length, key, options, exchange), dropped])
      })
      const result = await serving.open(exchange, name).mergePatch(key, patch, ifVersion, exchange)
      const { version } = accepted(exchange, result)
      send(exchange, 204, ['ETag', etagOf(version)])
    },

    'entries.delete': (exchange) => {
      const key = pathKey(exchange)
      const cache = serving.open(exchange, pathCache(exchange))
      return proceed(exchange, cache.delete(key, ifVersionOf(exchange), exchange), answerDeleted)
    },

    'entries.post': (exchange) => {
      const key = pathKey(exchange)
      const query = readQuery(exchange.target.query)
      const cache = serving.open(exchange, pathCache(exchange))
      const op = query.get('op')
      if (op === 'increment')
        return increment(exchange, cache, key, query)
      if (op === 'touch')
        return touch(exchange, cache, key, query)
      if (op === 'lease')
        return takeLease(deps, exchange, key, query)
      const rule = 'must be increment, touch or lease'
      throw invalidField('op', op === undefined ? `is missing; ${rule}` : rule)
    },
  }
}

/** Checks for an empty query first, because most reads have none. */
function wantsPeek({ target }: Exchange): boolean {
  if (target.query === '')
    return false
  const query = readQuery(target.query)
  refuseUnknown(query, dataOperations['entries.get'].query)
  return readFlag(query, 'peek')
}

function answerMiss(exchange: Exchange, reason: MissReason): void {
  const { key, cache } = exchange
  const problem = new LarderError(
    'entry-not-found',
    `There is no entry ${spellKey(key ?? '', 100)} in the cache ${cache}: ${reason}.`,
  ).toProblem()
  send(
    exchange,
    404,
    ['Content-Type', 'application/problem+json', 'Cache-Status', missStatus(reason)],
    JSON.stringify(problem),
  )
}

function answerStored(exchange: Exchange, result: WriteResult): void {
  const { outcome, version } = accepted(exchange, result)
  send(exchange, outcome === 'created' ? 201 : 204, ['ETag', etagOf(version)])
}

function answerDeleted(exchange: Exchange, outcome: Awaited<ReturnType<ServedCache['delete']>>): void {
  if (outcome === 'missing')
    throw missing(exchange)
  if (outcome === 'refused')
    throw changed()
  exchange.result = 'dropped'
  send(exchange, 204, [])
}

function increment(exchange: Exchange, cache: ServedCache, key: string, query: Map<string, string>): Maybe<void> {
  refuseUnknown(query, { op: '', by: '' })
  requireRead(exchange, 'op=increment returns the number, so it')
  const by = parseBy(query.get('by') ?? '1')
  return proceed(exchange, cache.increment(key, by, readIncrementOptions(exchange.head), exchange), answerNumber)
}

function answerNumber(exchange: Exchange, { number, version }: Awaited<ReturnType<ServedCache['increment']>>): void {
  exchange.result = 'stored'
  sendText(exchange, 200, number, ['ETag', etagOf(version)])
}

function touch(exchange: Exchange, cache: ServedCache, key: string, query: Map<string, string>): Maybe<void> {
  refuseUnknown(query, { op: '', ttl: '' })
  refuseFields(exchange, fieldsOfNumbers)
  const text = query.get('ttl')
  if (text === undefined)
    throw invalidField('ttl', 'is missing')
  const ttl = parseTtl(text, 'ttl')
  exchange.ttl = ttl
  return proceed(exchange, cache.touch(key, ttl, ifVersionOf(exchange), exchange), answerTouched)
}

function answerTouched(exchange: Exchange, outcome: Awaited<ReturnType<ServedCache['touch']>>): void {
  if (outcome !== 'touched')
    throw outcome === 'missing' ? missing(exchange) : changed()
  exchange.result = 'touched'
  send(exchange, 204, [])
}

/** Longest times that may be asked for, in seconds. */
const longestLease = 300
const longestWait = 60

async function takeLease(
  { serving }: DataPlaneDeps,
  exchange: Exchange,
  key: string,
  query: Map<string, string>,
): Promise<void> {
  refuseUnknown(query, { op: '', ttl: '', wait: '' })
  refuseFields(exchange, ['If-Match', ...fieldsOfNumbers])
  requireRead(exchange, 'op=lease returns the value, so it')
  const ttl = readTime(query, 'ttl', 30, longestLease)
  const wait = readTime(query, 'wait', 0, longestWait)
  if (ttl === 0)
    throw invalidField('ttl', 'must be above 0')
  const taken = await serving.lease(exchange, pathCache(exchange), key, { ttl, wait, left: departureOf(exchange) })
  if ('hit' in taken) {
    noteLookup(exchange, taken.hit)
    const hit = readable(taken.hit)
    answerHit(exchange, hit, hitHeaders(hit, exchange.sourced))
    return
  }
  exchange.result = 'miss'
  exchange.reason = taken.reason
  send(exchange, 201, ['Content-Type', 'application/json'], JSON.stringify({ lease: taken.token, ttl }))
}

function readTime(query: Map<string, string>, name: string, initial: number, longest: number): number {
  const text = query.get(name)
  const seconds = text === undefined ? initial : parseGrace(text, name)
  if (seconds > longest)
    throw invalidField(name, `must be at most ${longest} seconds`)
  return seconds
}

function missing({ key }: Exchange): LarderError {
  return new LarderError('entry-not-found', `There is no entry ${spellKey(key ?? '', 100)}.`)
}

function parseBy(text: string): bigint {
  if (!/^-?\d{1,19}$/.test(text) || BigInt.asIntN(64, BigInt(text)) !== BigInt(text))
    throw invalidField('by', 'must be a 64-bit whole number')
  return BigInt(text)
}
