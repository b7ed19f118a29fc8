import { namesOf } from './rows'

/** One format that values can be read and written in. */
interface Format {
  /** The media type that an answer in this format has. */
  type: string
  /** Other media types that mean the same in a request. */
  also: readonly string[]
  /** Endings of file names; the first one is the usual one. */
  endings: readonly string[]
  /** What a value of this format may be: text, any value, or only rows: a list of flat objects. */
  holds: 'text' | 'any' | 'rows'
  label: string
}

/** All formats that Larder converts between (docs/codecs.md). */
export const formats = {
  'text': { type: 'text/plain; charset=utf-8', also: [], endings: ['txt'], holds: 'text', label: 'text' },
  'json': { type: 'application/json', also: ['text/json'], endings: ['json'], holds: 'any', label: 'JSON' },
  'ndjson': {
    type: 'application/x-ndjson',
    also: ['application/ndjson', 'application/jsonl', 'application/x-jsonlines'],
    endings: ['ndjson', 'jsonl'],
    holds: 'rows',
    label: 'NDJSON',
  },
  'msgpack': {
    type: 'application/msgpack',
    also: ['application/vnd.msgpack', 'application/x-msgpack'],
    endings: ['msgpack', 'mpk'],
    holds: 'any',
    label: 'MessagePack',
  },
  'csv': { type: 'text/csv; charset=utf-8', also: [], endings: ['csv'], holds: 'rows', label: 'CSV' },
  'arrow': {
    type: 'application/vnd.apache.arrow.file',
    also: [],
    endings: ['arrow', 'feather'],
    holds: 'rows',
    label: 'Arrow',
  },
  'arrow-stream': {
    type: 'application/vnd.apache.arrow.stream',
    also: [],
    endings: ['arrows'],
    holds: 'rows',
    label: 'Arrow stream',
  },
  'parquet': {
    type: 'application/vnd.apache.parquet',
    also: ['application/parquet', 'application/x-parquet'],
    endings: ['parquet'],
    holds: 'rows',
    label: 'Parquet',
  },
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof formats
export const formatNames = namesOf(formats)

/** What a cache may ask of its values. */
export const storageFormats = {
  none: 'Anything, unchanged',
  text: 'Text in UTF-8',
  json: 'JSON',
  msgpack: 'MessagePack',
  csv: 'CSV with a header line',
  arrow: 'Arrow (Feather)',
  parquet: 'Parquet',
} as const satisfies Partial<Record<FormatName | 'none', string>>

export type StorageFormat = Exclude<keyof typeof storageFormats, 'none'>

/** `type/subtype` in lower case, without parameters. */
export function essenceOf(mediaType: string): string {
  return (mediaType.split(';', 1)[0] as string).trim().toLowerCase()
}

const byType = new Map(formatNames.flatMap(name =>
  [formats[name].type, ...formats[name].also].map(type => [essenceOf(type), name] as const)))

const charsets: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii'])

/** What the parameters of a content type must say that Larder can read; undefined if they do. */
export function parameterFault(contentType: string): string | undefined {
  const charset = /;\s*charset\s*=\s*"?([\w-]+)/i.exec(contentType)?.[1]?.toLowerCase()
  if (charset !== undefined && !charsets.has(charset))
    return `must have the charset utf-8, not ${charset.slice(0, 40)}`
  // RFC 4180 §3: the first line is a row then, and the columns have no names.
  if (essenceOf(contentType) === 'text/csv' && /;\s*header\s*=\s*"?absent/i.test(contentType))
    return 'must not say header=absent: the first line has to name the columns'
  return undefined
}

/**
 * The format of values with this content type; undefined if there is none that Larder can read.
 * `+json` is JSON (RFC 6839 §3.1), and any other text is text, as long as it is UTF-8.
 */
export function formatOf(contentType: string): FormatName | undefined {
  if (parameterFault(contentType) !== undefined)
    return undefined
  const essence = essenceOf(contentType)
  return byType.get(essence) ?? (essence.endsWith('+json') ? 'json' : essence.startsWith('text/') ? 'text' : undefined)
}

/** The format of files that end like this; undefined if none does. */
export function formatOfFile(path: string): FormatName | undefined {
  const ending = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  return formatNames.find(name => (formats[name].endings as readonly string[]).includes(ending))
}

/** Whether the bytes of a format are text, which can be shown as they are. */
export function isTextual(format: FormatName): boolean {
  return format === 'text' || format === 'json' || format === 'ndjson' || format === 'csv'
}

/**
 * The formats that a value of one format can be had in. Of JSON and MessagePack only rows can be
 * had in the row formats; without them `isRows` is false.
 */
export function formatsFor(format: FormatName, isRows: boolean): FormatName[] {
  return formatNames.filter((name) => {
    if (name === format)
      return true
    // MessagePack may hold what JSON cannot say, which people have to see all the same.
    if (name === 'text' || format === 'text')
      return name === 'text' && (isTextual(format) || format === 'msgpack')
    return formats[name].holds === 'any' || isRows
  })
}
