import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { itemOfJson, jsonOfItem } from '../../../src/main/upstreams/dynamodb/attributes'

const there = (text: string): ReturnType<typeof itemOfJson> => itemOfJson(Buffer.from(text))

describe('items of DynamoDB as JSON', () => {
  // Red: in src/main/upstreams/dynamodb/attributes.ts leave out `Digits`, or a type of attribute.
  it('come back as the same object', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const text = JSON.stringify(object)
      expect(JSON.parse(jsonOfItem(there(text) ?? expect.unreachable()))).toEqual(JSON.parse(text))
    }))
  })

  it.each([
    ['{"n":123456789012345678901234567890.5}'],
    ['{"n":1E+100}'],
    ['{"__proto__":{"constructor":1}}'],
    ['{"a":{"N":"1"},"b":[{"S":"x"}],"text":"y"}'],
    ['{}'],
  ])('%s keeps every character', text => expect(jsonOfItem(there(text) ?? {})).toBe(text))

  it.each(['', '[]', '1', '"x"', 'null', '{"a":}', '{"a":1}x'])('%s is no object', text =>
    expect(there(text)).toBeUndefined())

  it('bytes that are no UTF-8 are no object', () =>
    expect(itemOfJson(Buffer.from([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]))).toBeUndefined())
})
