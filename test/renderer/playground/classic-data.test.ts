import { describe, expect, it } from 'vitest'
import { withId } from '../../../src/renderer/src/views/playground/classic-data'

describe('data of the classic API', () => {
  it('gets the key as its id and stays byte for byte otherwise', () => {
    expect(withId(' { "big" : 12345678901234567890 } ', 'a"b')).toBe('{"id":"a\\"b","big" : 12345678901234567890 }')
    expect(withId('{}', 'a')).toBe('{"id":"a"}')
    expect(withId('{ \n }', 'a')).toBe('{"id":"a"}')
    expect(withId('{"__proto__":{"id":"b"}}', 'a')).toBe('{"id":"a","__proto__":{"id":"b"}}')
    expect(withId('{"x":{"id":"b"}}', 'a')).toBe('{"id":"a","x":{"id":"b"}}')
  })

  it('leaves an id that is there, if it is the key', () => {
    expect(withId('{"id":"a","n":1}', '')).toBe('{"id":"a","n":1}')
    expect(withId('{"id":7}', '7')).toBe('{"id":7}')
    expect(() => withId('{"id":"b"}', 'a')).toThrow('key: must be the id of the value: b')
  })

  it.each(['', '[1]', 'null', '"text"', '{"a":', '12'])('refuses %j', text => expect(() => withId(text, 'a')).toThrow(/^value: must be a JSON object/))
})
