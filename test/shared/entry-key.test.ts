import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeKey,
  encodeKey,
  hasPrefix,
  isKey,
  percentEncode,
  prefixEnd,
  typedKey,
} from '../../src/shared/entry-key'
import { anyCodePoint } from '../helpers/any-code-point'

/** Bytes that begin, continue and break characters more often than random ones do. */
const awkwardByte = fc.constantFrom(
  0,
  0x2F,
  0x7F,
  0x80,
  0x82,
  0x8F,
  0x90,
  0x9F,
  0xA0,
  0xAC,
  0xBF,
  0xC0,
  0xC2,
  0xC3,
  0xE0,
  0xE2,
  0xED,
  0xEF,
  0xF0,
  0xF4,
  0xF5,
  0xFF,
)
const anyBytes = fc.array(fc.oneof(fc.nat(0xFF), awkwardByte), { maxLength: 12 }).map(bytes => Buffer.from(bytes))
const escape = fc.integer({ min: 0xDC80, max: 0xDCFF }).map(unit => String.fromCharCode(unit))
const awkwardText = fc
  .array(
    fc.oneof(anyCodePoint, escape, fc.constantFrom('ü', '€', '💀', '\uFEFF', '\uFFFD', '\uDCC3\uDCBC')),
    { maxLength: 8 },
  )
  .map(parts => parts.join(''))

/** Yields all sequences of up to two bytes, and many that begin like a character of three bytes. */
function* shortBytes(): Generator<Buffer> {
  yield Buffer.alloc(0)
  for (let first = 0; first < 256; first++) {
    yield Buffer.from([first])
    for (let second = 0; second < 256; second++)
      yield Buffer.from([first, second])
  }
  for (const first of [0xE0, 0xE2, 0xED, 0xEF]) {
    for (let rest = 0; rest < 0x10000; rest += 3)
      yield Buffer.from([first, rest >>> 8, rest & 0xFF])
  }
}

function check(bytes: Buffer): string | undefined {
  const key = decodeKey(bytes)
  if (!bytes.equals(encodeKey(key)))
    return `${bytes.toString('hex')} comes back as ${Buffer.from(encodeKey(key)).toString('hex')}`
  const whole = bytes.toString('utf8')
  if (Buffer.from(whole).equals(bytes) ? key !== whole : key.isWellFormed())
    return `${bytes.toString('hex')} reads as ${JSON.stringify(key)}`
  return isKey(key) ? undefined : `${JSON.stringify(key)} counts as none`
}

describe('the spelling of a key', () => {
  // Red: in src/shared/entry-key.ts let `characterLength` treat 0xED like any other first byte
  // (`most` always 0xBF).
  it('gives back the bytes that it was made of, and leaves UTF-8 as it is', () => {
    expect(Array.from(shortBytes(), check).filter(complaint => complaint !== undefined)).toEqual([])
    fc.assert(fc.property(anyBytes, (bytes) => {
      expect(check(bytes)).toBeUndefined()
    }), { numRuns: 2000 })
  })

  // Red: in src/shared/entry-key.ts let `isKey` return true instead of looking for characters among
  // the escapes.
  it('is the only one of its bytes', () => {
    fc.assert(fc.property(awkwardText, (text) => {
      const isCanonical = !/[\uD800-\uDC7F\uDD00-\uDFFF]/u.test(text) && decodeKey(encodeKey(text)) === text
      expect(isKey(text)).toBe(isCanonical)
    }), { numRuns: 5000 })
  })

  it.each([
    ['a half that stands for no byte', 'a\uD800'],
    ['a half below the escapes', '\uDC7F'],
    ['a half above the escapes', '\uDD00'],
    ['two escapes that make up ü', '\uDCC3\uDCBC'],
    ['three escapes that make up €', 'a\uDCE2\uDC82\uDCACb'],
    ['an escape of ASCII', '\uDC41'],
  ])('is not %s', (_, text) => expect(isKey(text)).toBe(false))

  it.each([
    ['half a pair', '\uD83C'],
    ['an escape of ASCII', '\uDC41'],
  ])('has no bytes for %s', (_, text) => expect(() => encodeKey(text)).toThrow(RangeError))

  it('shows people the bytes that are no text', () => {
    expect(typedKey('user:\uDCFFü\uDC80💀')).toBe('user:\\xFFü\\x80💀')
    expect(typedKey('\\xFF')).toBe('\\xFF')
  })

  // Red: in src/shared/entry-key.ts remove the flag `u` from `escapes`.
  it('goes into a path byte by byte', () => {
    expect(percentEncode('a/\uDCFF💀\uDC80')).toBe('a%2F%FF%F0%9F%92%80%80')
    fc.assert(fc.property(anyBytes, (bytes) => {
      const latin1 = percentEncode(decodeKey(bytes)).replaceAll(/%(..)/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)))
      expect(Buffer.from(latin1, 'latin1')).toEqual(bytes)
    }))
  })
})

describe('a prefix', () => {
  // Red: in src/shared/entry-key.ts let `prefixEnd` return -1 immediately after `startsWith`.
  it('is one of bytes', () => {
    fc.assert(fc.property(anyBytes, fc.nat(12), anyBytes, (bytes, length, other) => {
      const key = decodeKey(bytes)
      for (const prefix of [bytes.subarray(0, length), other])
        expect(hasPrefix(key, decodeKey(prefix))).toBe(prefix.equals(bytes.subarray(0, prefix.length)))
    }), { numRuns: 5000 })
  })

  it.each([
    ['a/b', 'a/', 2],
    ['€/x', '\uDCE2\uDC82', 1],
    ['a🍐/x', 'a\uDCF0', 3],
    ['a🍐/x', 'a🍐', 3],
    ['a', 'b', -1],
    ['a', 'a\uDCC3', -1],
  ])('ends in %j behind %j at %d', (key, prefix, end) => expect(prefixEnd(key, prefix)).toBe(end))
})
