import { durationForm, parseDuration } from '@shared/durations'
import { messageOf } from '@shared/errors'
import { grouped } from '@shared/grouped'
import { limits } from '@shared/limits'
import { parseSize, sizeForm } from '@shared/sizes'

/**
 * Reads one value as a person writes it. Throws an Error whose message continues "…: " and says
 * what would be right.
 */
export interface Parser<T> {
  (text: string): T
  /** All values there are, for completion. */
  choices?: readonly string[]
  /** Whether commas separate several values. */
  isList?: boolean
}

export const text: Parser<string> = (value) => {
  if (value === '' || value.includes('\0'))
    throw new Error('must be text, and not empty')
  return value
}

const booleans = new Map([
  ['1', true],
  ['true', true],
  ['yes', true],
  ['on', true],
  ['0', false],
  ['false', false],
  ['no', false],
  ['off', false],
])

export const boolean: Parser<boolean> = (value) => {
  const known = booleans.get(value.toLowerCase())
  if (known === undefined)
    throw new Error('must be 1 or 0 (true, false, yes, no, on, off)')
  return known
}

/** A whole number from `from` to `to`, in plain decimal digits. */
export function wholeNumber(
  from: number,
  to: number,
  { what = 'a whole number', write = grouped }: { what?: string, write?: (number: number) => string } = {},
): Parser<number> {
  return (value) => {
    const number = Number(value)
    if (!/^\d{1,16}$/.test(value) || number < from || number > to)
      throw new Error(`must be ${what} from ${from} to ${write(to)}`)
    return number
  }
}

export const port = wholeNumber(0, 65535, { what: 'a port', write: String })

/** The same, or `off`, which is null. */
export const portOrOff: Parser<number | null> = (value) => {
  if (value === 'off')
    return null
  try {
    return port(value)
  }
  catch (cause) {
    throw new Error(`${messageOf(cause)}, or off`, { cause })
  }
}

/** `none`, or a whole number above 0; for limits that null removes. */
export const countOrNone: Parser<number | null> = (value) => {
  if (value === 'none')
    return null
  const number = Number(value)
  if (!/^\d{1,16}$/.test(value) || number < 1 || !Number.isSafeInteger(number))
    throw new Error('must be a whole number above 0, or none')
  return number
}

/** Bytes, as `parseSize` reads them. */
export const size: Parser<number> = (value) => {
  const bytes = parseSize(value)
  if (!(bytes >= 0))
    throw new Error(`must be ${sizeForm}`)
  return bytes
}

/** Like `size`, or `none`. */
export const sizeOrNone: Parser<number | null> = (value) => {
  if (value === 'none')
    return null
  const bytes = size(value)
  if (bytes === 0)
    throw new Error('must be above 0 bytes, or none')
  return bytes
}

/** Seconds, as `parseDuration` reads them; 0 is permitted. */
export const duration: Parser<number> = (value) => {
  const seconds = parseDuration(value)
  if (Number.isNaN(seconds))
    throw new TypeError(`must be ${durationForm}`)
  if (seconds > limits.ttl)
    throw new Error(`must be at most ${grouped(limits.ttl)} seconds`)
  return seconds
}

/** Time to live in seconds, above 0; `none` is null, which means no expiry. */
export const ttl: Parser<number | null> = (value) => {
  if (value === 'none')
    return null
  if (!/^\d/.test(value) || duration(value) === 0)
    throw new Error('must be a time above 0 such as 90, 90s, 15m, 2h or 7d, or none')
  return duration(value)
}

/** As `ttl`, or `keep`. */
export const ttlOrKeep: Parser<number | null | 'keep'> = value => value === 'keep' ? value : ttl(value)

/** Comma-separated texts, without the spaces around them. */
export const list: Parser<string[]> = Object.assign((value: string) => {
  const items = value.split(',').map(item => item.trim())
  if (items.includes(''))
    throw new Error('must be a comma-separated list without empty items, such as a,b')
  return items
}, { isList: true })

export function oneOf<const T extends string>(...choices: readonly T[]): Parser<T> {
  function parse(value: string): T {
    const choice = choices.find(known => known === value)
    if (choice === undefined)
      throw new Error(`must be one of ${choices.join(', ')}`)
    return choice
  }
  return Object.assign(parse, { choices })
}

/** Comma-separated members of a fixed set. */
export function listOf<const T extends string>(...choices: readonly T[]): Parser<T[]> {
  const parse = oneOf(...choices)
  return Object.assign((value: string) => list(value).map(parse), { choices, isList: true })
}

/**
 * A media type in the form of a header (RFC 9110 §8.3.1). Parameters are kept unchanged and must be
 * visible ASCII.
 */
export const mediaType: Parser<string> = (value) => {
  if (!/^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?: *;[\x20-\x7E]*)?$/.test(value)
    || value.length > limits.contentType) {
    throw new Error('must be a media type such as text/plain or application/json')
  }
  return value
}

/**
 * Base address of a server. Refuses addresses with a user name, because it would end up in shell
 * histories and logs.
 */
export const baseUrl: Parser<URL> = (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url
    || !/^https?:$/.test(url.protocol)
    || url.username !== ''
    || url.password !== ''
    || url.search !== ''
    || url.hash !== '') {
    throw new Error('must be an address such as http://localhost:7777')
  }
  return url
}

export const json: Parser<unknown> = (value) => {
  try {
    return JSON.parse(value) as unknown
  }
  catch (error) {
    throw new TypeError(`must be JSON: ${messageOf(error)}`, { cause: error })
  }
}
