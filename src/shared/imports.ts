import { z } from 'zod'
import { grouped } from './grouped'
import { limits } from './limits'
import { pathName } from './path-name'
import { CacheName } from './schemas'
import { loading } from './snapshots'
import './without-eval'

/** What a file that is imported may be. */
export const importFormats = {
  'snapshot': 'a snapshot of a Larder',
  'ndjson': 'a JSON object for each entry, one a line',
  'json': 'a JSON list of such objects',
  'csv': 'a table whose first row names the columns key, value, base64, contentType, ttl, grace and tags',
  'key-value': 'a JSON object with a value for each key',
} as const
export type ImportFormat = keyof typeof importFormats
export const importFormatNames = Object.keys(importFormats) as ImportFormat[]

const ImportId = z.string().regex(/^[A-Za-z0-9]{1,32}$/, 'must be the id of an import')

export const ImportBegin = z.strictObject({
  format: z.enum(importFormatNames, `must be one of ${importFormatNames.join(', ')}`),
  cache: CacheName.optional().meta({
    description: 'The cache that gets the entries; it must be there. Of a snapshot: only what it has of this cache.',
  }),
}).refine(({ format, cache }) => format === 'snapshot' || cache !== undefined, {
  path: ['cache'],
  message: 'must be given, because only a snapshot names its caches',
})
export const ImportInfo = z.strictObject({
  id: ImportId,
  format: z.enum(importFormatNames),
  cache: CacheName.nullable(),
  bytes: z.int().meta({ description: 'Bytes of the file so far: the at of the next part.' }),
})
export type ImportInfo = z.output<typeof ImportInfo>

const longest = `must be at most ${grouped(limits.importPart)} bytes`
export const ImportWrite = z.strictObject({
  id: ImportId,
  at: z.int().min(0, 'must be 0 or more').meta({ description: 'Bytes of the file before this part.' }),
  text: z.string().max(limits.importPart, longest)
    .refine(text => text.isWellFormed(), 'must be well-formed Unicode')
    .optional(),
  base64: z.base64('must be base64').max(Math.ceil(limits.importPart / 3) * 4, longest).optional(),
}).refine(({ text, base64 }) => text !== undefined || base64 !== undefined, {
  path: ['text'],
  message: 'must be given, or else base64',
}).refine(({ text, base64 }) => text === undefined || base64 === undefined, {
  path: ['base64'],
  message: 'must not come with text',
})
export const ImportStart = z.strictObject({ id: ImportId, ...loading })

export const ImportFetch = z.strictObject({
  connection: pathName().meta({ description: 'Name of the connection.', examples: ['main'] }),
  cache: CacheName.meta({ description: 'The cache that gets the entries.' }),
  prefix: z.string().max(limits.entryKey, `must be at most ${grouped(limits.entryKey)} characters`).default('').meta({
    description: 'Only keys that begin with this.',
  }),
  ...loading,
})
