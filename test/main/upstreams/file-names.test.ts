import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileOfKey, keyOfFile } from '../../../src/main/upstreams/file/names'
import { decodeKey } from '../../../src/shared/entry-key'

const anyKey = fc.uint8Array({ minLength: 1, maxLength: 80 }).map(decodeKey)

describe('file names of keys', () => {
  it('lead back to the key, and stay in their folder', () => {
    fc.assert(fc.property(anyKey, (key) => {
      const name = fileOfKey(key)
      expect(name).toMatch(/^[\x20-\x7E]{1,255}$/)
      expect(name).not.toMatch(/[/\\:*?"<>|]/)
      expect(name).not.toMatch(/^\.|[. ]$|^ |^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i)
      expect(keyOfFile(name ?? '')).toBe(key)
    }))
  })

  it.each([
    ['product.json', 'product.json'],
    ['a b', 'a b'],
    ['user:1', 'user%3A1'],
    ['a/b', 'a%2Fb'],
    ['..', '%2E%2E'],
    ['.hidden', '%2Ehidden'],
    ['end.', 'end%2E'],
    ['con.txt', '%63on.txt'],
    ['console', 'console'],
    ['100%', '100%25'],
    ['é', '%C3%A9'],
    ['\0', '%00'],
  ])('%j is %s', (key, name) => expect([fileOfKey(key), keyOfFile(name)]).toEqual([name, key]))

  it.each(['%2f', '%41', 'é', '..', '.x', 'a%2', 'x%', '', 'CON', 'a\u{141}'])('%j is the file of no key', name =>
    expect(keyOfFile(name)).toBeUndefined())

  it('are not longer than file systems take', () => {
    expect(fileOfKey('k'.repeat(255))).toHaveLength(255)
    expect(fileOfKey('k'.repeat(256))).toBeUndefined()
    expect(fileOfKey(decodeKey(Buffer.alloc(86, 0xFF)))).toBeUndefined()
  })
})
