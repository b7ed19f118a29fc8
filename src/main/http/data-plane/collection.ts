import type { EntryMetadata, PageQuery, PageSelector, Selector, ServedCache } from '../../serving/ports'
import type { DataHandler, DataPlaneDeps } from './context'
import { dataOperations } from '@shared/data-operations'
import { entryOrders, entrySorts } from '@shared/entries'
import { invalidField } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { IsoMoment, isoTime, momentRule } from '@shared/moment'
import { mayRead, requireRead } from '../../serving/access'
import { etagOf } from '../etags'
import { send, sendJson } from '../exchange'
import { readFlag, readQuery, refuseUnknown } from '../request-target'
import { pathCache } from './context'

type CollectionOperation = 'entries.list' | 'entries.invalidate'

/** Face 3, many entries: pages of metadata, and invalidation of those selected. */
export function createCollectionFace({ serving }: DataPlaneDeps): Record<CollectionOperation, DataHandler> {
  return {
    'entries.list': async (exchange) => {
      const cache = serving.look(exchange, pathCache(exchange))
      const query = readQuery(exchange.target.query, ['prefix', 'glob'])
      refuseUnknown(query, dataOperations['entries.list'].query)
      const pageQuery = readPageQuery(query)
      const progress = readFlag(query, 'progress') ? await cache.orderProgress(pageQuery, exchange) : 1
      exchange.result = 'ok'
      if (progress < 1)
        return sendJson(exchange, 202, { progress: Math.floor(progress * 100) / 100 })
      const page = await cache.page(pageQuery, exchange)
      sendJson(exchange, 200, { ...page, entries: page.entries.map(toEntryInfo), asOf: isoTime(page.asOf) })
    },

    'entries.invalidate': async (exchange) => {
      const cache = serving.open(exchange, pathCache(exchange))
      const query = readQuery(exchange.target.query, ['prefix', 'glob'])
      refuseUnknown(query, dataOperations['entries.invalidate'].query)
      const asOf = readMoment(query, 'asOf')
      const options = { soft: readFlag(query, 'soft'), dryRun: readFlag(query, 'dryRun'), asOf }
      const moment = serving.moment()
      if (options.dryRun)
        requireRead(exchange, 'dryRun tells what is stored, so it')
      const matched = await serving.invalidate(exchange, cache, readSelector(query), options)
      exchange.result = options.dryRun ? 'ok' : options.soft ? 'made-stale' : 'dropped'
      // The count of a pattern would reveal which keys exist, and `soft` would not even drop them.
      if (mayRead(exchange))
        sendJson(exchange, 200, { matched, ...options.dryRun && tellsAge(cache) && { asOf: isoTime(moment) } })
      else
        send(exchange, 204, [])
    },
  }
}

/** Not so bare bytes at a backend. */
function tellsAge({ definition: { backend } }: Pick<ServedCache, 'definition'>): boolean {
  return backend?.format !== 'raw'
}

function readPageQuery(query: Map<string, string>): PageQuery {
  const limit = query.get('limit') ?? '100'
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > limits.pageSize)
    throw invalidField('limit', `must be a whole number from 1 to ${grouped(limits.pageSize)}`)
  const filters = readFilters(query)
  const [, second] = filters
  if (second)
    throw invalidField(Object.keys(second)[0] as string, 'only one of prefix, glob, tag, filter may be given')
  const offset = query.get('offset')
  if (offset !== undefined && !/^\d{1,9}$/.test(offset))
    throw invalidField('offset', 'must be a whole number from 0 to 999,999,999')
  const delimiter = query.get('delimiter')
  if (delimiter !== undefined && delimiter.length > limits.entryKey)
    throw invalidField('delimiter', `must be at most ${grouped(limits.entryKey)} characters`)
  return {
    filter: filters[0],
    sort: oneOf(query.get('sort') ?? entrySorts[0], entrySorts, 'sort'),
    order: oneOf(query.get('order') ?? entryOrders[0], entryOrders, 'order'),
    limit: Number(limit),
    offset: offset === undefined ? undefined : Number(offset),
    delimiter,
    cursor: query.get('cursor'),
  }
}

/**
 * Requires exactly one selector, so that a forgotten parameter does not invalidate everything.
 */
function readSelector(query: Map<string, string>): Selector {
  const selectors: Selector[] = readFilters(query)
  if (readFlag(query, 'expired'))
    selectors.push({ expired: true })
  const [first, second] = selectors
  if (second)
    throw invalidField(Object.keys(second)[0] as string, 'only one of prefix, glob, tag, filter, expired may be given')
  if (first)
    return first
  const rule = 'to delete everything, flush the cache'
  if (query.has('expired'))
    throw invalidField('expired', `false chooses no entry: give expired=true, prefix, glob, tag or filter; ${rule}`)
  throw invalidField('query', `must have one of prefix, glob, tag, filter, expired; ${rule}`)
}

/** Milliseconds since the Unix epoch. */
function readMoment(query: Map<string, string>, name: string): number | undefined {
  const text = query.get(name)
  if (text !== undefined && !IsoMoment.safeParse(text).success)
    throw invalidField(name, momentRule)
  return text === undefined ? undefined : Date.parse(text)
}

function readFilters(query: Map<string, string>): PageSelector[] {
  const filters: PageSelector[] = []
  for (const name of ['prefix', 'glob', 'tag', 'filter'] as const) {
    const value = query.get(name)
    if (value === undefined)
      continue
    if (value === '')
      throw invalidField(name, 'must not be empty')
    filters.push({ [name]: value } as unknown as PageSelector)
  }
  return filters
}

function oneOf<T extends string>(value: string, allowed: readonly T[], field: string): T {
  const found = allowed.find(item => item === value)
  if (found === undefined)
    throw invalidField(field, `must be one of ${allowed.join(', ')}`)
  return found
}

function toEntryInfo(entry: EntryMetadata): Record<string, unknown> {
  const { key, bytes, contentType, version, tags, age, ttl, grace, stale, hits } = entry
  return {
    key,
    bytes,
    contentType,
    etag: etagOf(version),
    tags,
    age,
    ttl,
    grace,
    state: stale ? 'stale' : 'fresh',
    hits,
  }
}
