import type { Buffer } from 'node:buffer'
import type { z } from 'zod'
import type { WriteOptions } from '../ports'
import { isContentType } from '@shared/entries'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { TransferredEntry } from '@shared/transfer'
import { parseInput } from '@shared/validation'
import { isPacked } from '../../base/packed/reader'
import { fromTextOrBase64 } from '../../base/text-or-base64'
import { checkKey, checkTags } from '../entry-rules'
import { checkTimes } from '../write-times'
import { binary, plainText } from './entry-line'

/** An entry from a file, ready to be stored. */
export interface EntryInput {
  /** Null where the file does not say. */
  cache: string | null
  key: string
  value: Buffer
  options: WriteOptions
}

const fields = { ttl: 'ttl', givenTtl: 'givenTtl', grace: 'grace', givenGrace: 'givenGrace' } as const

/**
 * Checks an entry as a write over HTTP is checked. Throws LarderError that names the field.
 *
 * @param valueLimit the most bytes of a value
 */
export function readEntry(raw: unknown, valueLimit: number): EntryInput {
  const { cache = null, key, value: given, tags, ttl, ...others } = plainEntry(raw) ?? parseInput(TransferredEntry, raw)
  checkKey(key)
  const bytes = typeof given === 'string' ? { text: given } : given
  const value = fromTextOrBase64(bytes)
  if (value.length > valueLimit)
    throw new LarderError('too-large', `value: must be at most ${grouped(valueLimit)} bytes`)
  const { kind } = others
  if ((kind === 'hash' || kind === 'set') && !isPacked(value, kind))
    throw new LarderError('invalid-input', `value: must be the bytes of a ${kind}, as an export has them`)
  if (ttl === 'keep')
    throw new LarderError('invalid-input', 'ttl: must be a time, none or left out')
  const contentType = others.contentType ?? ('text' in bytes ? plainText : binary)
  const options = { ...others, contentType, ttl, tags: tags && checkTags(tags, 'tags') }
  checkTimes(options, fields)
  return { cache, key, value, options }
}

type Entry = z.output<typeof TransferredEntry>
const plainFields: ReadonlySet<string> = new Set(['cache', 'key', 'value', 'contentType', 'ttl', 'givenTtl'])

/**
 * What most lines of a snapshot are: text with a life, told apart without the schema, which takes
 * four times as long. Undefined for any other entry, and for what may be wrong: the schema decides.
 */
export function plainEntry(raw: unknown): Entry | undefined {
  if (typeof raw !== 'object' || raw === null)
    return undefined
  for (const field in raw) {
    if (!plainFields.has(field))
      return undefined
  }
  const { cache, key, value, contentType, ttl, givenTtl } = raw as Record<string, unknown>
  const isPlain = (cache === undefined || typeof cache === 'string')
    && isText(key) && key !== ''
    && isPlainText(value)
    && (contentType === undefined || (typeof contentType === 'string' && isContentType(contentType)))
    && isPlainTtl(ttl) && isPlainTtl(givenTtl)
  return isPlain ? raw as Entry : undefined
}

function isText(text: unknown): text is string {
  return typeof text === 'string' && text.isWellFormed()
}

function isPlainText(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'text' in value && Object.keys(value).length === 1
    && isText(value.text)
}

/** Below a second the exact limits would matter. */
function isPlainTtl(ttl: unknown): boolean {
  return ttl === undefined || ttl === null || (typeof ttl === 'number' && ttl >= 1 && ttl <= limits.ttl)
}
