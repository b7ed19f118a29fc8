import { Buffer } from 'node:buffer'
import { encodeKey } from '@shared/entry-key'
import { invalidField, LarderError } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'

/** Checks a decoded entry key. Throws LarderError `invalid-input` (empty) or `key-too-long`. */
export function checkKey(key: string): string {
  if (key === '')
    throw invalidField('key', 'must not be empty')
  // A UTF-16 unit takes one to three bytes: short keys and very long ones need no exact count.
  if (key.length > limits.entryKey || (key.length * 3 > limits.entryKey && encodeKey(key).length > limits.entryKey)) {
    throw new LarderError(
      'key-too-long',
      `key: must be at most ${grouped(limits.entryKey)} bytes`,
      { errors: [{ field: 'key', message: `must be at most ${grouped(limits.entryKey)} bytes` }] },
    )
  }
  return key
}

/** Throws `invalid-input` naming `field` if there are too many tags or one is too long. */
export function checkTags(tags: string[], field: string): string[] {
  if (tags.length > limits.tags)
    throw invalidField(field, `must be at most ${limits.tags} tags`)
  if (tags.some(tag => Buffer.byteLength(tag) > limits.tag))
    throw invalidField(field, `each tag must be at most ${limits.tag} bytes`)
  return tags
}
