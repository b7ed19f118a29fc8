import type { Buffer } from 'node:buffer'
import type { WriteOptions } from '../ports'
import { LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { TransferredEntry } from '@shared/transfer'
import { parseInput } from '@shared/validation'
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
  const { cache = null, key, value: given, tags, ttl, ...others } = parseInput(TransferredEntry, raw)
  checkKey(key)
  const bytes = typeof given === 'string' ? { text: given } : given
  const value = fromTextOrBase64(bytes)
  if (value.length > valueLimit)
    throw new LarderError('too-large', `value: must be at most ${grouped(valueLimit)} bytes`)
  if (ttl === 'keep')
    throw new LarderError('invalid-input', 'ttl: must be a time, none or left out')
  const contentType = others.contentType ?? ('text' in bytes ? plainText : binary)
  const options = { ...others, contentType, ttl, tags: tags && checkTags(tags, 'tags') }
  checkTimes(options, fields)
  return { cache, key, value, options }
}
