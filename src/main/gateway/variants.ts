import type { Fields } from '../base/http-caching/fields'
import { Buffer } from 'node:buffer'
import { createHash, randomBytes } from 'node:crypto'
import { tokensOf, wholeField } from '../base/http-caching/fields'

/**
 * The key of what a target has, or of which fields its answers vary by. Spellings that mean the
 * same have one key, so that a change by one of them makes all of them go (RFC 3986 §6.2.2).
 */
export function keyOfTarget(target: string): string {
  return `GET ${target.replaceAll(respelled, text => text.length === 1 ? encode(text) : oneSpelling(text))}`
}

/** Escapes, and characters that URLs escape though HTTP lets them through (WHATWG URL §1.3). */
const respelled = /%[0-9a-f]{2}|["'<>^`{|}]/gi

function encode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

function oneSpelling(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
  return /[\w.~-]/.test(character) ? character : escape.toUpperCase()
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

/**
 * The tag of a target's variants, and of the entry that says by what they vary. Without that entry,
 * or with a later one, the variants are of no use any more.
 */
export function newVaryTag(): string {
  return `vary-${randomBytes(6).toString('hex')}`
}

/** What a target's keys begin with that have variants. */
export function variantPrefix(target: string): string {
  return `${keyOfTarget(target)} (`
}

/** Longest text of the fields within a key; longer ones are told by their hash. */
const longestText = 200
/** Whose values anybody may see; those of others, such as Cookie, are told by their hash. */
const shown: ReadonlySet<string> = new Set(['accept', 'accept-charset', 'accept-encoding', 'accept-language'])

/** The key of the answer for requests with these fields (RFC 9111 §4.1). A target has no spaces. */
export function keyOfVariant(target: string, names: readonly string[], request: Fields): string {
  const text = names.map((name) => {
    const value = wholeField(request, name)
    if (value === undefined)
      return `no ${name}`
    return `${name}: ${shown.has(name) ? normalized(name, value) : hashOf(value.trim())}`
  }).join(') (')
  const isPlain = text.length <= longestText && /^[\x20-\x7E]*$/.test(text)
  return `${variantPrefix(target)}${isPlain ? text : hashOf(text)})`
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** What means the same is the same. The order of languages means something to many servers. */
function normalized(name: string, value: string): string {
  const members = value.toLowerCase().split(',').map(member => member.replaceAll(/\s+/g, ''))
  const listed = name === 'accept-encoding' ? members.sort() : members
  // The brackets are those of the key.
  return listed.join(', ').replaceAll('(', '%28').replaceAll(')', '%29')
}
