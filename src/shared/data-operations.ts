import type { ErrorCode } from './errors'
import type { FaceName } from './faces'
import type { sourceErrors } from './source-errors'
import { selection, storeHeaders } from './data-parameters'

/**
 * The routes that are not answered by the JSON handlers of the operation table: the three faces of
 * the data plane, and the event stream. The guards, the OpenAPI document and the security tests
 * read them from here.
 */
export interface DataOperationSpec {
  /** The first method is the usual one; the others are synonyms. */
  methods: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[]
  /** `{key+}` takes the rest of the path. */
  path: string
  face: FaceName | 'events'
  scope: 'read' | 'write'
  mutates: boolean
  /** The result of a call of it that changed nothing. */
  unchanged?: 'ok'
  summary: string
  /** Query parameters: name → description; those in `required` must be given. */
  query?: Readonly<Record<string, string>>
  required?: readonly string[]
  requestHeaders?: Readonly<Record<string, string>>
  /** Media type and meaning of the request body. */
  body?: { media: string, description: string }
  /** The answer is in the media type that Accept wants, of formats that become each other. */
  converts?: true
  /** Successful answers: status → meaning. */
  answers: Readonly<Record<number, string>>
  errors: readonly ErrorCode[]
  /** What it asks of the source or backend, if the cache has one; left out if it never does. */
  source?: keyof typeof sourceErrors
}

const off = ['caching-off', 'cache-off'] as const
/** Of a cache whose writes wait for the disk. */
const durable = ['storage-full'] as const

export const dataOperations = {
  'classic.set': {
    methods: ['POST'],
    path: '/api/set-cache',
    face: 'classic',
    scope: 'write',
    mutates: true,
    summary: 'Store data under data.id, unless a fresh entry is there.',
    body: { media: 'application/json', description: '{"cacheName":"products","data":{"id":"10001"}}' },
    answers: { 200: 'Stored; the answer repeats the request body.' },
    errors: [...off, ...durable, 'wrong-format'],
    source: 'write',
  },
  'classic.get': {
    methods: ['GET', 'HEAD'],
    path: '/api/get-cache',
    face: 'classic',
    scope: 'read',
    mutates: false,
    summary: 'Read one value, or without key all fresh entries of a cache.',
    query: { cache: 'Name of the cache.', key: 'Entry key.' },
    required: ['cache'],
    answers: { 200: 'The bare value, or [{"key":…,"value":…}].' },
    errors: [...off, 'restoring'],
    source: 'read',
  },
  'classic.invalidate': {
    methods: ['GET', 'DELETE', 'POST'],
    path: '/api/cache-invalidation',
    face: 'classic',
    scope: 'write',
    mutates: true,
    summary: 'Delete one entry.',
    query: { cache: 'Name of the cache.', key: 'Entry key.' },
    required: ['cache', 'key'],
    answers: { 200: '{"status":204}' },
    errors: [...off, ...durable],
    source: 'write',
  },

  'plain.get': {
    methods: ['GET', 'HEAD'],
    path: '/v1/{key+}',
    face: 'plain',
    scope: 'read',
    mutates: false,
    summary: 'Read a value of the cache default.',
    requestHeaders: {
      'If-Match': 'Answers 412 unless the value has this ETag.',
      'If-None-Match': 'Answers 304 if the value still has this ETag.',
    },
    answers: { 200: 'The value with its content type.', 304: 'Not modified.' },
    errors: [...off, 'entry-not-found', 'precondition-failed'],
    source: 'read',
  },
  'plain.put': {
    methods: ['PUT'],
    path: '/v1/{key+}',
    face: 'plain',
    scope: 'write',
    mutates: true,
    summary: 'Store a value in the cache default.',
    requestHeaders: storeHeaders,
    body: { media: '*/*', description: 'The value, byte for byte.' },
    answers: { 201: 'Stored.' },
    errors: [...off, ...durable, 'precondition-failed', 'too-large', 'wrong-format'],
    source: 'write',
  },
  'plain.delete': {
    methods: ['DELETE'],
    path: '/v1/{key+}',
    face: 'plain',
    scope: 'write',
    mutates: true,
    summary: 'Delete a value of the cache default, even if it is missing.',
    requestHeaders: { 'If-Match': 'Deletes only if the value has this ETag.' },
    answers: { 200: 'Gone.' },
    errors: [...off, ...durable, 'precondition-failed'],
    source: 'write',
  },
  'plain.flush': {
    methods: ['DELETE'],
    path: '/flush',
    face: 'plain',
    scope: 'write',
    mutates: true,
    summary: 'Empty the cache default.',
    answers: { 200: 'Emptied.' },
    errors: [...off, ...durable, 'restoring'],
    source: 'flush',
  },

  'entries.get': {
    methods: ['GET', 'HEAD'],
    path: '/api/caches/{cache}/entries/{key+}',
    face: 'native',
    scope: 'read',
    mutates: false,
    summary: 'Read an entry, in the media type that Accept wants: of JSON, NDJSON, MessagePack, CSV, Arrow and Parquet one becomes another.',
    query: {
      peek: 'Reads without a trace: counts no hit and extends no TTL. The answer also has Larder-Grace (seconds), and Larder-Given-TTL and Larder-Given-Grace, which were last given.',
    },
    requestHeaders: {
      'If-Match': 'Answers 412 unless the entry has this ETag.',
      'If-None-Match': 'Answers 304 if the entry still has this ETag.',
    },
    converts: true,
    answers: { 200: 'The value with ETag, Age, Larder-TTL, Larder-Tags and Cache-Status.', 304: 'Not modified.' },
    errors: [...off, 'cache-not-found', 'entry-not-found', 'not-acceptable', 'precondition-failed'],
    source: 'read',
  },
  'entries.put': {
    methods: ['PUT'],
    path: '/api/caches/{cache}/entries/{key+}',
    face: 'native',
    scope: 'write',
    mutates: true,
    summary: 'Store an entry: replaces value, content type, tags and TTL.',
    requestHeaders: {
      ...storeHeaders,
      'Larder-Lease': 'The lease that this value fulfils; if it has ended, nothing is stored (409).',
    },
    body: { media: '*/*', description: 'The value, byte for byte.' },
    answers: { 201: 'New.', 204: 'Replaced.' },
    errors: [...off, ...durable, 'cache-not-found', 'precondition-failed', 'too-large', 'lease-ended', 'wrong-format'],
    source: 'write',
  },
  'entries.patch': {
    methods: ['PATCH'],
    path: '/api/caches/{cache}/entries/{key+}',
    face: 'native',
    scope: 'write',
    mutates: true,
    summary: 'Merge-patch a JSON value (RFC 7396), atomically.',
    requestHeaders: { 'If-Match': 'Patches only if the entry has this ETag.' },
    body: { media: 'application/merge-patch+json', description: 'The patch.' },
    answers: { 204: 'Patched.' },
    errors: [
      ...off,
      ...durable,
      'cache-not-found',
      'entry-not-found',
      'wrong-kind',
      'not-json',
      'precondition-failed',
      'unsupported-media-type',
      'too-large',
    ],
    source: 'write',
  },
  'entries.delete': {
    methods: ['DELETE'],
    path: '/api/caches/{cache}/entries/{key+}',
    face: 'native',
    scope: 'write',
    mutates: true,
    summary: 'Delete an entry.',
    requestHeaders: { 'If-Match': 'Deletes only if the entry has this ETag.' },
    answers: { 204: 'Gone.' },
    errors: [...off, ...durable, 'cache-not-found', 'entry-not-found', 'precondition-failed'],
    source: 'write',
  },
  'entries.post': {
    methods: ['POST'],
    path: '/api/caches/{cache}/entries/{key+}',
    face: 'native',
    scope: 'write',
    mutates: true,
    summary: 'Increment a number (op=increment), set a new TTL (op=touch), or take the lease to make a value (op=lease). increment and lease also need the scope read.',
    query: {
      op: 'increment, touch or lease.',
      by: 'increment: whole number to add, by default 1.',
      ttl: 'touch: 60, 90s, 15m, 2h or none. lease: how long it holds, at most 300 s; by default 30.',
      wait: 'lease: how long to wait for the value of who holds it, at most 60 s; by default 0.',
    },
    required: ['op'],
    requestHeaders: {
      'Larder-TTL': 'increment: TTL of a number that is created; by default that of the cache.',
      'Larder-Grace': 'increment: grace of a number that is created.',
      'Larder-Tags': 'increment: tags of a number that is created.',
      'If-Match': 'Applies only if the entry has this ETag.',
    },
    answers: {
      200: 'increment: the number as text. lease: the value, as of a read.',
      201: 'lease: {"lease":"…","ttl":30}; store the value with Larder-Lease.',
      204: 'touch: done.',
    },
    errors: [
      ...off,
      ...durable,
      'cache-not-found',
      'entry-not-found',
      'precondition-failed',
      'wrong-kind',
      'not-a-number',
      'too-large',
      'lease-held',
    ],
    source: 'write',
  },
  'entries.list': {
    methods: ['GET', 'HEAD'],
    path: '/api/caches/{cache}/entries',
    face: 'native',
    scope: 'read',
    mutates: false,
    summary: 'A page of entry metadata with the exact total.',
    query: {
      ...selection,
      sort: 'key, size, ttl, hits or age; by default key.',
      order: 'asc (default) or desc.',
      limit: 'Entries per page, 1 to 1000; by default 100.',
      offset: 'Rows to skip. Cannot be combined with cursor.',
      delimiter: 'Shows keys as a tree: folders up to the next delimiter after the prefix, then the entries of this level.',
      cursor: 'The cursor of the previous page.',
      progress: 'Answers 202 with the progress instead of waiting while the order is being built.',
    },
    answers: {
      200: '{"total":n,"rows":n,"folders":[…],"entries":[…],"cursor":…,"asOf":"…"}',
      202: '{"progress":0.37}',
    },
    errors: [...off, 'restoring', 'cache-not-found'],
  },
  'entries.invalidate': {
    methods: ['DELETE'],
    path: '/api/caches/{cache}/entries',
    face: 'native',
    scope: 'write',
    mutates: true,
    unchanged: 'ok',
    summary: 'Delete some entries: give exactly one of prefix, glob, tag, filter, expired.',
    query: {
      ...selection,
      expired: 'Entries past their TTL, also those that are still served stale within their grace.',
      soft: 'Mark the entries stale instead of deleting them.',
      dryRun: 'Only count; also needs the scope read.',
      asOf: 'The asOf of a dry run or of a page: entries that were stored since then stay.',
    },
    answers: {
      200: '{"matched":n}; of a dry run also asOf, the moment at which it counted.',
      204: 'Done; for a key without the scope read, which may not learn what is stored.',
    },
    errors: [...off, ...durable, 'restoring', 'cache-not-found', 'job-cancelled'],
    source: 'write',
  },
  'entries.batch': {
    methods: ['POST'],
    path: '/api/caches/{cache}/batch',
    face: 'native',
    scope: 'write',
    mutates: true,
    summary: 'Several operations in order; with atomic, all or nothing. get, peek and increment also need the scope read.',
    body: { media: 'application/json', description: '{"operations":[{"op":"get","key":"a"}],"atomic":true}' },
    answers: {
      200: '{"results":[…]}',
    },
    errors: [...off, ...durable, 'cache-not-found', 'batch-aborted', 'too-large'],
    source: 'steps',
  },

  'events.watch': {
    methods: ['GET'],
    path: '/events',
    face: 'events',
    scope: 'read',
    mutates: false,
    summary: 'Server-sent events of your caches; read them with streaming fetch.',
    query: { topics: 'Comma-separated topics or their first part (entry, cache); by default all.' },
    answers: { 200: 'text/event-stream' },
    errors: [],
  },
} as const satisfies Record<string, DataOperationSpec>

export type DataOperationName = keyof typeof dataOperations
