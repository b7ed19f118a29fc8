import type { FormatName, StorageFormat } from '@shared/formats'
import type { RawRequest } from '../../api/raw-request'
import { invalidField } from '@shared/errors'
import { formats } from '@shared/formats'
import { grouped } from '@shared/grouped'
import { requireAscii } from '@shared/header-text'
import { limits } from '@shared/limits'
import { encodeSegment } from '@shared/request-of'
import { typeOfText } from '../../entry-type'
import { readTags } from '../../tag-text'
import { withId } from './classic-data'

export const playgroundFaces = [
  { value: 'native', text: 'Entries' },
  { value: 'classic', text: 'Classic' },
  { value: 'text', text: 'Text' },
] as const
export const acts = [
  { id: 'add', title: 'Add' },
  { id: 'retrieve', title: 'Retrieve' },
  { id: 'invalidate', title: 'Invalidate' },
] as const
const selectors = [
  { value: 'key', text: 'Key' },
  { value: 'prefix', text: 'Prefix' },
  { value: 'glob', text: 'Pattern' },
  { value: 'tag', text: 'Tag' },
  { value: 'filter', text: 'Filter' },
] as const

type Face = typeof playgroundFaces[number]['value']
export type Act = typeof acts[number]['id']
type Selector = typeof selectors[number]['value'] | 'all'

type SelectorChoices = readonly { value: Selector, text: string }[]
const onlyKey: SelectorChoices = [{ value: 'key', text: 'Key' }]
/** What may be chosen by, per act and face; `all` is the flush of the text API. */
const selectorsOf: Readonly<Record<Act, Readonly<Record<Face, SelectorChoices>>>> = {
  add: { native: onlyKey, classic: onlyKey, text: onlyKey },
  retrieve: { native: selectors, classic: onlyKey, text: onlyKey },
  invalidate: { native: selectors, classic: onlyKey, text: [...onlyKey, { value: 'all', text: 'Everything (flush)' }] },
}

/** The values that a person filled in. */
export interface Draft {
  face: Face
  cache: string
  key: string
  value: string
  /** If empty, it is derived from the value. */
  contentType: string
  ttl: string
  tags: string
  onlyNew: boolean
  /** What to choose by, if the act and the face have it. */
  by: Selector
  /** The prefix, pattern, tag or filter. */
  selection: string
  soft: boolean
  /** The format that an entry is wanted in; empty: as it is stored. */
  as: FormatName | ''
}

export const emptyDraft: Draft = {
  face: 'native',
  cache: 'default',
  key: '',
  value: '',
  contentType: '',
  ttl: '',
  tags: '',
  onlyNew: false,
  by: 'key',
  selection: '',
  soft: false,
  as: '',
}

/** The only cache of the text API. */
export const textCache = 'default'

type Plan = Omit<RawRequest, 'key'>

/**
 * Returns the request of a draft. Throws LarderError `invalid-input` that names the field.
 *
 * @param format what the cache stores
 */
export function planRequest(act: Act, draft: Draft, format: StorageFormat | 'none' = 'none'): Plan {
  const { face, key } = draft
  if (!key.isWellFormed())
    throw invalidField('key', 'must be well-formed Unicode')
  if (new TextEncoder().encode(key).length > limits.entryKey)
    throw invalidField('key', `must be at most ${grouped(limits.entryKey)} bytes`)
  const contentType = draft.contentType.trim() || typeOfText(draft.value, format)
  return { native: planNative, classic: planClassic, text: planText }[face](act, { ...draft, contentType })
}

/** Whether the request can want its answer in a format: one entry, by the native face. */
export function takesFormat(act: Act, draft: Draft): boolean {
  return act === 'retrieve' && draft.face === 'native' && selectorOf(act, draft) === 'key' && draft.key !== ''
}

export function selectorChoices(act: Act, { face }: Pick<Draft, 'face'>): SelectorChoices {
  return selectorsOf[act][face]
}

/** Returns what is chosen by: the key if the act or the face does not have the chosen one. */
export function selectorOf(act: Act, { face, by }: Pick<Draft, 'face' | 'by'>): Selector {
  return selectorsOf[act][face].some(({ value }) => value === by) ? by : 'key'
}

/** Returns the request that only counts how many entries the draft's invalidation would drop. */
export function planCount(draft: Draft): Plan {
  const plan = planNative('invalidate', draft)
  return { ...plan, target: `${plan.target}&dryRun` }
}

function planNative(act: Act, draft: Draft): Plan {
  const { cache, key, selection, soft } = draft
  const by = selectorOf(act, draft)
  const folder = `/api/caches/${encodeSegment('cache', cache)}/entries`
  const method = act === 'retrieve' ? 'GET' : 'DELETE'
  if (act === 'add')
    return put(`${folder}/${encodeSegment('key', key)}`, draft)
  if (by === 'key') {
    const target = act === 'retrieve' && key === '' ? folder : `${folder}/${encodeSegment('key', key)}`
    const headers = takesFormat(act, draft) && draft.as !== '' ? [['Accept', formats[draft.as].type] as const] : []
    return { ...bare(method, target), headers }
  }
  if (selection === '')
    throw invalidField('selection', 'must not be empty')
  return bare(method, `${folder}${query({ [by]: selection })}${act === 'invalidate' && soft ? '&soft' : ''}`)
}

function planClassic(act: Act, { cache, key, value }: Draft): Plan {
  if (act === 'add') {
    return {
      method: 'POST',
      target: '/api/set-cache',
      headers: [['Content-Type', 'application/json']],
      body: `{"cacheName":${JSON.stringify(cache)},"data":${withId(value, key)}}`,
    }
  }
  if (act === 'retrieve')
    return bare('GET', `/api/get-cache${query(key === '' ? { cache } : { cache, key })}`)
  return bare('GET', `/api/cache-invalidation${query({ cache, key })}`)
}

function planText(act: Act, draft: Draft): Plan {
  if (act === 'invalidate' && selectorOf(act, draft) === 'all')
    return bare('DELETE', '/flush')
  const target = `/v1/${encodeSegment('key', draft.key)}`
  return act === 'add' ? put(target, draft) : bare(act === 'retrieve' ? 'GET' : 'DELETE', target)
}

function put(target: string, { value, contentType, ttl, tags, onlyNew }: Draft): Plan {
  const fields: [string, string, string][] = [
    ['contentType', 'Content-Type', contentType],
    ['ttl', 'Larder-TTL', ttl.trim()],
    ['tags', 'Larder-Tags', readTags(tags).map(tag => encodeSegment('tags', tag)).join(', ')],
    ['onlyNew', 'If-None-Match', onlyNew ? '*' : ''],
  ]
  fields.forEach(([field, , text]) => requireAscii(field, text))
  return {
    method: 'PUT',
    target,
    headers: fields.filter(([, , text]) => text !== '').map(([, name, text]) => [name, text] as const),
    body: value,
  }
}

function bare(method: string, target: string): Plan {
  return { method, target, headers: [], body: undefined }
}

function query(fields: Readonly<Record<string, string>>): string {
  return `?${Object.entries(fields).map(([name, text]) => `${name}=${encodeText(name, text)}`).join('&')}`
}

function encodeText(field: string, text: string): string {
  if (!text.isWellFormed())
    throw invalidField(field === 'cache' || field === 'key' ? field : 'selection', 'must be well-formed Unicode')
  // Also escapes the characters that a URL parser would escape in a query, so that it leaves the
  // target unchanged (WHATWG URL, special-query percent-encode set).
  return encodeURIComponent(text).replaceAll('\'', '%27')
}
