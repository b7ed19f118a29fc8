import { saysJson } from '../../../json-source'

/** What a value is by its content type, as a list shows it: a sign with a name. */
export type ValueKind = 'json' | 'text' | 'picture' | 'bytes'

export const kindNames: Readonly<Record<ValueKind, string>> = {
  json: 'JSON',
  text: 'Text',
  picture: 'Picture',
  bytes: 'Bytes',
}

const texts = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:xml|yaml|javascript|x-www-form-urlencoded|sql|graphql)\b)/i

export function valueKindOf(contentType: string): ValueKind {
  if (saysJson(contentType))
    return 'json'
  if (/^image\//i.test(contentType))
    return 'picture'
  return texts.test(contentType) ? 'text' : 'bytes'
}
