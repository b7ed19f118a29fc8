import type { Hit, IncrementOptions, Peek, SourceNote, WriteOptions } from '../serving/ports'
import type { RequestHead } from './request-head'
import { Buffer } from 'node:buffer'
import { hitStatus, toldSeconds } from '@shared/cache-status'
import { contentTypeRule, isContentType } from '@shared/entries'
import { invalidField, LarderError } from '@shared/errors'
import { checkTags } from '../serving/entry-rules'
import { checkTimes } from '../serving/write-times'
import { parseCacheControl, parseGrace, parseLeft, parseTtl, parseTtlOrZero } from './durations'
import { etagOf, parseIfMatch } from './etags'

const timeFields = {
  ttl: 'Larder-TTL',
  givenTtl: 'Larder-Given-TTL',
  grace: 'Larder-Grace',
  givenGrace: 'Larder-Given-Grace',
} as const
const defaultContentType = 'text/plain; charset=utf-8'

/** The headers of an entry's answer; Cache-Status is RFC 9211. */
export function hitHeaders(hit: Hit, sourced: SourceNote | null): string[] {
  const left = toldSeconds(hit.ttl, hit.stale)
  const headers = [
    'Content-Type',
    hit.contentType,
    'ETag',
    etagOf(hit.version),
    'Age',
    String(Math.max(0, Math.floor(hit.age))),
    'Larder-TTL',
    left === null ? 'none' : String(left),
    'Cache-Status',
    sourced === null || hit.stale ? foundStatus(hit, left, sourced) : loadedStatus(left, sourced),
  ]
  if (hit.kind !== 'bytes')
    headers.push('Larder-Kind', hit.kind)
  if (hit.tags.length > 0)
    headers.push('Larder-Tags', hit.tags.map(encodeTag).join(', '))
  return headers
}

/** The headers of an entry's answer, for the same value in another type with another tag. */
export function asOtherType(headers: readonly string[], contentType: string, etag: string): string[] {
  return headers.map((value, index) => {
    const name = index % 2 === 1 ? headers[index - 1] : undefined
    return name === 'Content-Type' ? contentType : name === 'ETag' ? etag : value
  })
}

function foundStatus({ stale }: Hit, left: number | null, sourced: SourceNote | null): string {
  return stale ? `${hitStatus(left)}; detail=${sourced?.failure ?? 'stale'}` : hitStatus(left)
}

/** What a source did (RFC 9211 §2.2 to §2.8). */
function loadedStatus(left: number | null, { forward, stored, collapsed, reason }: SourceNote): string {
  const parts = ['Larder', `fwd=${forward}`]
  if (stored)
    parts.push('stored')
  if (collapsed)
    parts.push('collapsed')
  if (left !== null)
    parts.push(`ttl=${left}`)
  if (reason !== null)
    parts.push(`detail=${reason}`)
  return parts.join('; ')
}

/** Besides those of a read: all that is needed to store the entry again as it is. */
export function peekHeaders(peek: Peek): string[] {
  return [
    ...hitHeaders(peek, null),
    'Larder-Grace',
    writtenTime(peek.grace),
    'Larder-Given-TTL',
    peek.givenTtl === null ? 'none' : writtenTime(peek.givenTtl),
    'Larder-Given-Grace',
    writtenTime(peek.givenGrace),
  ]
}

/** With as many decimals as a request may have. */
function writtenTime(seconds: number): string {
  return String(Math.round(seconds * 1000) / 1000)
}

/**
 * Reads the options that a PUT's header fields give. Throws LarderError `invalid-input` that names
 * the field.
 */
export function readWriteOptions(head: RequestHead): WriteOptions {
  const options: WriteOptions = { contentType: readContentType(head.contentType) }
  if (head.cacheControl !== null)
    readCacheControl(head.cacheControl, options)
  if (head.larderTtl !== null)
    readTtl(head.larderTtl.trim(), options, head.larderGivenTtl === null ? parseTtl : parseLeft)
  if (head.larderGivenTtl !== null)
    options.givenTtl = parseTtlOrZero(head.larderGivenTtl.trim(), timeFields.givenTtl)
  if (head.larderGrace !== null)
    options.grace = parseGrace(head.larderGrace.trim(), timeFields.grace)
  if (head.larderGivenGrace !== null)
    options.givenGrace = parseGrace(head.larderGivenGrace.trim(), timeFields.givenGrace)
  checkTimes(options, timeFields)
  if (head.larderTags !== null)
    options.tags = readTags(head.larderTags)
  if (head.ifNoneMatch !== null) {
    if (head.ifNoneMatch.trim() !== '*')
      throw invalidField('If-None-Match', 'must be *, which stores only if there is no entry')
    options.ifAbsent = true
  }
  if (head.ifMatch !== null)
    options.ifVersion = parseIfMatch(head.ifMatch)
  return options
}

/**
 * What the header fields of an increment say about a number that is created. Throws LarderError
 * `invalid-input` that names the field.
 */
export function readIncrementOptions(head: RequestHead): IncrementOptions {
  const { larderTtl, larderGrace, larderTags, ifMatch } = head
  return {
    ...larderTtl !== null && { ttl: parseTtl(larderTtl.trim(), 'Larder-TTL') },
    ...larderGrace !== null && { grace: parseGrace(larderGrace.trim(), 'Larder-Grace') },
    ...larderTags !== null && { tags: readTags(larderTags) },
    ...ifMatch !== null && { ifVersion: parseIfMatch(ifMatch) },
  }
}

function readCacheControl(text: string, options: WriteOptions): void {
  const { maxAge, grace } = parseCacheControl(text)
  if (maxAge !== undefined)
    options.ttl = maxAge
  if (grace !== undefined)
    options.grace = grace
}

function readTtl(text: string, options: WriteOptions, parse: typeof parseTtl): void {
  if (text === 'keep')
    options.keepTimes = true
  else
    options.ttl = parse(text, timeFields.ttl)
}

function readContentType(header: string | null): string {
  if (header === null || header.trim() === '')
    return defaultContentType
  if (!isContentType(header))
    throw invalidField('Content-Type', contentTypeRule)
  return header
}

/**
 * Tags are percent-encoded, so that any text fits into a header field. Raw UTF-8 is accepted too.
 */
function readTags(header: string): string[] {
  const tags = header.split(',').map(text => decodeTag(text.trim())).filter(tag => tag !== '')
  return checkTags([...new Set(tags)], 'Larder-Tags')
}

function decodeTag(text: string): string {
  try {
    const utf8 = /[\x80-\xFF]/.test(text)
      ? new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'))
      : text
    return decodeURIComponent(utf8)
  }
  catch (cause) {
    throw new LarderError(
      'invalid-input',
      'Larder-Tags: must be percent-encoded UTF-8',
      { cause, errors: [{ field: 'Larder-Tags', message: 'must be percent-encoded UTF-8' }] },
    )
  }
}

/**
 * Encodes everything that could end the list, the field or the escape; plain tags stay readable.
 */
function encodeTag(tag: string): string {
  return /^[\x21-\x24\x26-\x2B\x2D-\x7E]+$/.test(tag) ? tag : encodeURIComponent(tag)
}
