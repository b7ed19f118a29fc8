import type { EntryKind } from '@shared/entry-kinds'
import { saysJson } from '../../../json-source'

/** What a value is by its content type, as a list shows it: a sign with a name. */
export type ValueKind = 'json' | 'text' | 'picture' | 'bytes'

export const kindNames: Readonly<Record<ValueKind, string>> = {
  json: 'JSON',
  text: 'Text',
  picture: 'Picture',
  bytes: 'Bytes',
}

/** What an entry of the Redis protocol is that is more than a value. */
export const structureNames: Readonly<Record<Exclude<EntryKind, 'bytes'>, string>> = {
  hash: 'Hash',
  set: 'Set',
  zset: 'Sorted set',
}

const texts = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:xml|yaml|javascript|x-www-form-urlencoded|sql|graphql)\b)/i

export function valueKindOf(contentType: string): ValueKind {
  if (saysJson(contentType))
    return 'json'
  if (/^image\//i.test(contentType))
    return 'picture'
  return texts.test(contentType) ? 'text' : 'bytes'
}
