import type { Maybe } from '../../serving/maybe'
import type { Hit, Lookup, ServedCache, WriteOptions } from '../../serving/ports'
import type { Exchange } from '../exchange'
import type { DataHandler, DataPlaneDeps } from './context'
import { Buffer } from 'node:buffer'
import { isKey } from '@shared/entry-key'
import { LarderError } from '@shared/errors'
import { rawMember } from '@shared/json-members'
import { limits } from '@shared/limits'
import { gathered } from '../../base/answers/pour'
import { overloaded } from '../../base/in-flight'
import { noteLookup } from '../../serving/account'
import { checkKey } from '../../serving/entry-rules'
import { proceed } from '../../serving/maybe'
import { lastingValue } from '../../serving/ports'
import { readable } from '../../serving/readable'
import { takeBody } from '../body'
import { holdFor, send, sendJson, sendPieces } from '../exchange'
import { parseJson } from '../json-body'
import { readQuery } from '../request-target'
import { streamEntries } from './classic-list'
import { isJsonType, jsonString } from './classic-value'
import { isHit, settle } from './context'
import { afterRoom } from './store'

/**
 * The classic face, for clients of the classic JSON cache API. Its messages never change, because
 * clients compare them. problems.ts gives its errors their form. Unknown members and parameters are
 * ignored, as clients expect.
 */
/** What this face stores: JSON, under keys that are not there. */
const classicOptions: WriteOptions = { contentType: 'application/json', ifAbsent: true }

export function createClassicFace(
  deps: DataPlaneDeps,
): Record<'classic.set' | 'classic.get' | 'classic.invalidate', DataHandler> {
  const { serving } = deps
  return {
    'classic.set': exchange => takeBody(exchange, Math.min(deps.valueLimit(), limits.jsonBody), (body) => {
      const request = parseJson(body)
      const name = memberOf(request, 'cacheName')
      if (name === undefined || name === null || name === '')
        throw new LarderError('bad-request', 'Missing cache name.')
      if (typeof name !== 'string')
        throw new LarderError('bad-request', 'cacheName must be text.')
      const cache = serving.open(exchange, name)
      const { key, value } = readData(request, body.toString())
      exchange.key = key
      const room = cache.roomFor(value.length, key, classicOptions, exchange)
      return room === undefined
        ? settle(exchange, store(exchange, cache, key, value, body))
        : storeLater(room, deps, exchange, name, key, body)
    }, error => exchange.failed(exchange, error)),

    'classic.get': (exchange) => {
      const query = readQuery(exchange.target.query, ['key'])
      const name = needCache(query)
      const key = query.get('key') ?? ''
      if (key === '')
        return proceed(exchange, serving.look(exchange, name).entries(exchange), streamEntries)
      exchange.key = key
      const cache = serving.open(exchange, name, key)
      return proceed(exchange, cache.get(checkKey(key), exchange), answerLookup)
    },

    'classic.invalidate': (exchange) => {
      const query = readQuery(exchange.target.query, ['key'])
      const cache = serving.open(exchange, needCache(query))
      const key = query.get('key') ?? ''
      if (key === '')
        throw new LarderError('bad-request', 'Enter a valid key name.')
      exchange.key = checkKey(key)
      return proceed(exchange, cache.delete(key, undefined, exchange), answerDeleted)
    },
  }
}

function answerLookup(exchange: Exchange, lookup: Lookup): void {
  noteLookup(exchange, lookup)
  if (!isHit(lookup))
    throw new LarderError('entry-not-found', 'The requested resource was not found.')
  sendValue(exchange, readable(lookup))
}

function answerDeleted(exchange: Exchange, outcome: Awaited<ReturnType<ServedCache['delete']>>): void {
  if (outcome === 'missing')
    throw new LarderError('entry-not-found', 'The requested resource was not found.')
  exchange.result = 'dropped'
  sendJson(exchange, 200, { status: 204 })
}

/** JSON as it is stored, and anything else as a JSON string. */
function sendValue(exchange: Exchange, { value, contentType }: Hit): void {
  const headers = ['Content-Type', 'application/json']
  if (isJsonType(contentType))
    return send(exchange, 200, headers, value)
  const pieces = jsonString(value, contentType)
  if (value.length <= lastingValue)
    return send(exchange, 200, headers, [...pieces].join(''))
  const hold = holdFor(exchange)
  if (!hold.share(value.buffer))
    throw overloaded()
  sendPieces(exchange, 200, headers, exchange.request.method === 'HEAD' ? [].values() : gathered(pieces), hold)
}

/** Keeps only the body while it waits, because only the body is counted and can be taken away. */
function storeLater(
  room: Promise<void>,
  { serving }: DataPlaneDeps,
  exchange: Exchange,
  name: string,
  key: string,
  body: Buffer,
): Maybe<void> {
  return afterRoom(room, exchange, () =>
    store(exchange, serving.open(exchange, name), key, rawMember(body.toString(), 'data') ?? '', body))
}

/**
 * Stores the value and answers with the request's body. Throws LarderError `bad-request`,
 * `too-large`.
 */
function store(exchange: Exchange, cache: ServedCache, key: string, value: string, body: Buffer): Maybe<void> {
  return proceed(exchange, cache.set(key, Buffer.from(value), classicOptions, exchange), (_, { outcome }) => {
    if (outcome === 'refused')
      throw new LarderError('bad-request', 'Key already exists.')
    if (outcome === 'too-large')
      throw new LarderError('too-large', 'The value is larger than the cache may hold.')
    exchange.result = 'stored'
    exchange.ttl = cache.definition.ttl
    send(exchange, 200, ['Content-Type', 'application/json'], body)
  })
}

function needCache(query: Map<string, string>): string {
  const name = query.get('cache') ?? ''
  if (name === '')
    throw new LarderError('bad-request', 'Missing cache param.')
  return name
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

/**
 * Key and value of a set: `data.id`, and `data` exactly as it is in the body. If the id is a whole
 * number, all digits that were sent become the key.
 */
function readData(request: unknown, text: string): { key: string, value: string } {
  const data = memberOf(request, 'data')
  const id = memberOf(data, 'id')
  const source = rawMember(text, 'data')
  if (source === undefined || Array.isArray(data) || id === undefined || id === null || id === '')
    throw new LarderError('bad-request', 'Missing data.id.')
  if (typeof id !== 'string' && typeof id !== 'number')
    throw new LarderError('bad-request', 'data.id must be text or a number.')
  if (typeof id === 'string' && !isKey(id))
    throw new LarderError('bad-request', 'data.id must be well-formed Unicode.')
  if (typeof id === 'number' && !Number.isFinite(id))
    throw new LarderError('bad-request', 'data.id must be a number that a double can hold, or text.')
  const key = typeof id === 'string' ? id : decimalText(rawMember(source, 'id') ?? String(id))
  return { key: checkKey(key), value: source }
}

function decimalText(source: string): string {
  return /^-?\d+$/.test(source) ? source : String(Number(source))
}
