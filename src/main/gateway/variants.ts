import type { Fields } from '../base/http-caching/fields'
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { tokensOf, wholeField } from '../base/http-caching/fields'

/** The key of what a target has, or of which fields its answers vary by. */
export function keyOfTarget(target: string): string {
  return `GET ${target}`
}

/** The media type of an entry that says which fields of a request choose among several answers. */
export const variesType = 'text/vnd.larder.vary'

/** The names of the fields that an answer varies by, in lower case, in one order. */
export function variesBy(answer: Fields): string[] {
  return [...new Set(tokensOf(answer, 'vary'))].sort()
}

export function sealVaries(names: readonly string[]): Buffer {
  return Buffer.from(names.join(', '))
}

export function openVaries(value: Buffer): string[] {
  return value.toString().split(', ')
}

/** What a target's keys begin with that have variants. */
export function variantPrefix(target: string): string {
  return `${keyOfTarget(target)} (`
}

/** Longest text of the fields within a key; longer ones are told by their hash. */
const longestText = 200

/** The key of the answer for requests with these fields (RFC 9111 §4.1). A target has no spaces. */
export function keyOfVariant(target: string, names: readonly string[], request: Fields): string {
  const text = names.map((name) => {
    const value = wholeField(request, name)
    return value === undefined ? `no ${name}` : `${name}: ${normalized(name, value)}`
  }).join('; ')
  const isPlain = text.length <= longestText && /^[\x20-\x7E]*$/.test(text)
  return `${variantPrefix(target)}${isPlain ? text : createHash('sha256').update(text).digest('hex')})`
}

/** Lists whose members know no case, and whose order says nothing beside their weights. */
const lists: ReadonlySet<string> = new Set(['accept', 'accept-charset', 'accept-encoding', 'accept-language'])

/** What means the same is the same. */
function normalized(name: string, value: string): string {
  const members = value.split(',').map(member => member.replaceAll(/\s+/g, ' ').trim()).filter(member => member !== '')
  return lists.has(name)
    ? members.map(member => member.toLowerCase().replaceAll(' ', '')).sort().join(', ')
    : members.join(', ')
}
