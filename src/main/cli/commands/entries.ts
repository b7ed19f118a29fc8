import type { Io } from '../io'
import type { Parser } from '../values'
import { resolve } from 'node:path'
import { essenceOf, formatNames, formatOfFile, formats } from '@shared/formats'
import { counted } from '@shared/grouped'
import { spellKey } from '@shared/key-spelling'
import { missReasonNames } from '@shared/miss-reasons'
import { fileReason } from '../../base/file-reason'
import { textOrBase64 } from '../../base/text-or-base64'
import { askBefore } from '../ask-before'
import { asksFirst, yes } from '../ask-first'
import { defineCommand, flag } from '../command'
import { localFailure, usageFailure } from '../failure'
import { boolean, duration, list, mediaType, oneOf, text, ttlOrKeep } from '../values'
import { del } from './del'
import { cacheArgument, keyArgument, percent, readKey } from './entry-words'
import { keys } from './listing'

/** Without `disabled`, because a cache that is off answers 503 instead. */
const told = missReasonNames.filter(reason => reason !== 'disabled')
const endings = formatNames.flatMap(name => formats[name].endings)
const inJson = 'With --json the value is printed as {"text"} or {"base64"}.'

/** Tags as the console reads them. */
const tagList: Parser<string[]> = Object.assign((value: string) => list(value).map((tag) => {
  try {
    return decodeURIComponent(tag)
  }
  catch (error) {
    throw new Error('must have %25 for a percent sign', { cause: error })
  }
}), { isList: true })

/** What a value may be printed as; Arrow's stream is for programs, which ask by its type. */
const shownAs = formatNames.filter(name => name !== 'arrow-stream')

const get = defineCommand({
  name: 'get',
  summary: 'Print a value, byte for byte.',
  details: [
    `After a miss the exit code is 2, and stderr says the reason: ${told.join(', ')}; with --peek always absent.`,
    inJson,
  ],
  arguments: [cacheArgument, keyArgument],
  flags: {
    peek: flag(null, 'Read without a trace: count no hit and extend no TTL.', boolean),
    as: flag('<format>', `Convert it to ${shownAs.join(', ')}; rows can become any of them.`, oneOf(...shownAs)),
    percent,
  },
  examples: [
    'larder get default greeting',
    'larder get default prices --as csv > prices.csv',
    'larder get default logo.png > logo.png',
    'larder get default %FF --percent',
  ],
  async run({ words: [cache = '', word = ''], flags }, { client, output }) {
    const key = readKey(word, flags.percent)
    const { headers, body } = await client.entry({
      method: 'GET',
      cache,
      key,
      peek: flags.peek,
      ...flags.as && { headers: { accept: essenceOf(formats[flags.as].type) } },
    })
    if (!output.json)
      return await output.raw(body)
    await output.show({
      key,
      value: textOrBase64(body),
      contentType: headers['content-type'] ?? null,
      ...headers['larder-kind'] !== undefined && { kind: headers['larder-kind'] },
      etag: headers.etag ?? null,
      ttl: remaining(headers['larder-ttl']),
      ...flags.peek && {
        givenTtl: remaining(headers['larder-given-ttl']),
        grace: Number(headers['larder-grace']),
        givenGrace: Number(headers['larder-given-grace']),
      },
      tags: readTags(headers['larder-tags']),
    }, () =>
      '')
  },
})

const set = defineCommand({
  name: 'set',
  summary: 'Store a value.',
  details: [
    'The value is an argument, a file (@photo.png), or standard input (- or no argument). Pass a text that begins with @ through standard input.',
    'With --file, the type follows from the ending of the file, unless --type says it.',
  ],
  arguments: [cacheArgument, keyArgument, { name: 'value', meaning: 'text, @file or -', optional: true }],
  flags: {
    ttl: flag(
      '<time>',
      'TTL: 90, 90s, 15m, 2h, 7d or none; keep: TTL and grace of the replaced entry go on. By default that of the cache.',
      ttlOrKeep,
    ),
    grace: flag('<time>', 'How long it may be served stale after its TTL; by default not at all.', duration),
    tags: flag('<tags>', 'Tags, comma separated. Within a tag, a comma is %2C and a percent sign %25.', tagList),
    percent,
    file: flag('<path>', `Store this file: ${endings.map(ending => `.${ending}`).join(', ')} give the type.`, text),
    type: flag('<media>', 'Content type, such as application/json; by default text/plain.', mediaType),
  },
  examples: [
    'larder set default greeting "Hello, world" --ttl 90s --tags a,b',
    'larder set default logo.png @logo.png --type image/png',
    'larder set default prices --file prices.parquet',
    'date | larder set default now',
  ],
  async run({ words: [cache = '', word = '', source], flags }, { client, output, io }) {
    const key = readKey(word, flags.percent)
    if (flags.file !== undefined && source !== undefined)
      throw usageFailure('set takes either a value or --file, not both')
    const body = flags.file === undefined ? await readValue(source, io) : readValueFile(flags.file, io, flags.file)
    const headers: Record<string, string> = {}
    if (flags.ttl !== undefined)
      headers['larder-ttl'] = flags.ttl === null ? 'none' : String(flags.ttl)
    if (flags.grace !== undefined)
      headers['larder-grace'] = String(flags.grace)
    if (flags.tags)
      headers['larder-tags'] = flags.tags.map(encodeTag).join(', ')
    const type = flags.type ?? (flags.file === undefined ? undefined : typeOfFile(flags.file))
    if (type !== undefined)
      headers['content-type'] = type
    const { status, headers: answered } = await client.entry({ method: 'PUT', cache, key, headers, body })
    if (output.json)
      await output.show({ key, created: status === 201, bytes: body.length, etag: answered.etag ?? null }, () => '')
    await output.message(
      `${status === 201 ? 'Stored' : 'Replaced'} ${spellKey(key)} in ${cache} (${counted(body.length, 'byte', 'bytes')} sent).`,
    )
  },
})

const flush = defineCommand({
  name: 'flush',
  summary: 'Delete all entries of a cache.',
  details: [asksFirst],
  arguments: [cacheArgument],
  flags: { yes },
  examples: ['larder flush default', 'larder flush default --yes'],
  async run({ words: [name = ''], flags }, context) {
    const { client, output } = context
    const input = await askBefore(context, 'caches.flush', { name }, flags.yes)
    const flushed = await client.call('caches.flush', input)
    await output.show(flushed, () => String(flushed.matched))
  },
})

/** Bytes of a value argument. Throws Failure. */
async function readValue(source: string | undefined, io: Io): Promise<Buffer> {
  if (source?.startsWith('@'))
    return readValueFile(source.slice(1), io, source)
  if (source !== undefined && source !== '-')
    return Buffer.from(source)
  if (source === undefined && io.stdin.isTTY)
    throw usageFailure('set needs a value: text, @file, or - for standard input')
  const chunks = await io.stdin.toArray() as (Buffer | string)[]
  return Buffer.concat(chunks.map(chunk => Buffer.from(chunk as string)))
}

/** The media type that the ending of a file stands for. Throws Failure if it stands for none. */
function typeOfFile(path: string): string {
  const format = formatOfFile(path)
  if (format === undefined)
    throw usageFailure(`--file: ${path} has no ending that says its type; add --type`)
  return formats[format].type
}

function readValueFile(path: string, io: Io, said: string): Buffer {
  try {
    return io.readFile(resolve(io.cwd, path))
  }
  catch (error) {
    throw localFailure(`${said} cannot be read: ${fileReason(error)}`, error)
  }
}

/** Percent-encodes a tag, so that any text fits into a header field. */
function encodeTag(tag: string): string {
  if (!tag.isWellFormed())
    throw usageFailure('--tags: must be well-formed Unicode')
  return encodeURIComponent(tag)
}

function readTags(header: string | string[] | undefined): string[] {
  const text = String(header ?? '')
  return text === '' ? [] : text.split(',').map(tag => decodeURIComponent(tag.trim()))
}

/** Seconds left; null if the entry does not expire. */
function remaining(header: string | string[] | undefined): number | null {
  return header === undefined || header === 'none' ? null : Number(header)
}

export const entryCommands = [get, set, del, flush, keys]
