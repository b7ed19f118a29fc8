import { Buffer } from 'node:buffer'
import { Binary, deserialize, Double, Long, ObjectId, serialize } from 'bson'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyValues, nameOfKey, textAfter } from '../../../src/main/upstreams/mongodb/keys'
import { createMongodbProtocol } from '../../../src/main/upstreams/mongodb/messages'
import { documentOfJson, jsonOfDocument } from '../../../src/main/upstreams/mongodb/values'

const typed = { promoteValues: false, promoteLongs: false } as const

/** A value as it comes back from the server. */
function around(text: string): string | undefined {
  const document = documentOfJson(Buffer.from(text))
  return document && jsonOfDocument(deserialize(serialize(document), typed))
}

describe('documents of MongoDB as JSON', () => {
  // Red: in src/main/upstreams/mongodb/values.ts leave out a type, or `.0` for doubles.
  it('come back as the same object', () => {
    const name = fc.string().filter(text => !/^\$|\0/.test(text))
    fc.assert(fc.property(fc.dictionary(name, fc.jsonValue()), (object) => {
      const text = JSON.stringify(object)
      const found = around(text)
      if (found !== undefined)
        expect(JSON.parse(found)).toEqual(JSON.parse(text))
    }))
  })

  it.each([
    '{"n":9223372036854775807,"m":-9223372036854775808}',
    '{"n":1.5,"m":7.0,"k":-0.0,"z":0,"e":1e+100}',
    '{"__proto__":{"constructor":1}}',
    '{"at":{"$date":{"$numberLong":"5"}},"n":{"$numberDouble":"NaN"}}',
    '{"exact":{"$numberDecimal":"1.10"},"id":{"$oid":"a1b2c3d4e5f60718293a4b5c"}}',
    '{"a":{"$other":[1,{"$oid":"a1b2c3d4e5f60718293a4b5c"}]}}',
    '{}',
  ])('%s keeps every character', text => expect(around(text)).toBe(text))

  it.each([
    ['{"n":9223372036854775808}', '{"n":9223372036854776000.0}'],
    ['{"n":-0}', '{"n":-0.0}'],
    ['{"n":{"$numberLong":"7"}}', '{"n":7}'],
    ['{"at":{"$date":"1970-01-01T00:00:00.005Z"}}', '{"at":{"$date":{"$numberLong":"5"}}}'],
  ])('%s is written as MongoDB has it: %s', (text, written) => expect(around(text)).toBe(written))

  const deep = `${'{"a":'.repeat(91)}1${'}'.repeat(91)}`
  const endless = '{"a":'.repeat(1e5)
  it.each(['', '[]', '1', '"x"', 'null', '{"a":}', '{"a":1}x', '{"a":{"$oid":"x"}}', '{"$a":1}', deep, endless])(
    '%s is no document',
    text => expect(around(text)).toBeUndefined(),
  )

  it('bytes that are no UTF-8 are no document', () =>
    expect(documentOfJson(Buffer.from([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]))).toBeUndefined())
})

describe('keys of MongoDB', () => {
  it('stand for what they are read from', () => {
    const anyKey = fc.oneof(fc.string({ minLength: 1, unit: 'binary', maxLength: 200 }), fc.bigInt().map(String))
    fc.assert(fc.property(anyKey, (key) => {
      for (const value of keyValues(key))
        expect(nameOfKey(value)).toBe(key)
    }))
    expect(keyValues('\uDCFF').map(nameOfKey)).toEqual(['\uDCFF'])
    expect(keyValues('a1b2c3d4e5f60718293a4b5c')[1]).toEqual(new ObjectId('a1b2c3d4e5f60718293a4b5c'))
    expect(keyValues('-7')[1]).toEqual(Long.fromNumber(-7))
  })

  it.each([new Binary(Buffer.from('text')), new Double(1.5), new Date(), null, {}, [], true])(
    '%s is none of Larder\'s',
    value => expect(nameOfKey(value)).toBeUndefined(),
  )

  // Red: in src/main/upstreams/mongodb/keys.ts leave out the halves of characters.
  it('with a prefix lie before the text after it, and no others do', () => {
    const unit = fc.constantFrom('a', 'b', '\0', '\u007F', '\uD7FF', '\uE000', '\u{10FFFF}')
    const text = fc.string({ unit, maxLength: 4 })
    fc.assert(fc.property(text, text, (prefix, key) => {
      const end = textAfter(prefix)
      const isWithin = Buffer.compare(Buffer.from(key), Buffer.from(prefix)) >= 0
        && (end === null || Buffer.compare(Buffer.from(key), Buffer.from(end)) < 0)
      expect(isWithin).toBe(key.startsWith(prefix))
    }), { numRuns: 1000 })
  })
})

describe('messages', () => {
  function reply(to: number, body: object, flags = 0, operation = 2013): Buffer {
    const bytes = serialize(body)
    const head = Buffer.alloc(21)
    head.writeInt32LE(21 + bytes.length + (flags & 1 ? 4 : 0), 0)
    head.writeInt32LE(to, 8)
    head.writeInt32LE(operation, 12)
    head.writeInt32LE(flags, 16)
    return Buffer.concat([head, bytes, Buffer.alloc(flags & 1 ? 4 : 0)])
  }
  function read(pieces: readonly Buffer[], asked = 3): unknown[] {
    const { encode, createReader } = createMongodbProtocol()
    encode(Array.from({ length: asked }, () => serialize({ ping: 1 })))
    const replies: unknown[] = []
    const take = createReader(document => void replies.push(document), 1e6)
    pieces.forEach(piece => take(piece))
    return replies.map(document => JSON.parse(jsonOfDocument(document as object)) as unknown)
  }

  it('come out as they went in, however the stream is cut', () => {
    const stream = Buffer.concat([reply(1, { a: 'é' }), reply(2, { b: [1] }, 1), reply(3, {})])
    fc.assert(fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), stream.length]
      const pieces = at.slice(1).map((end, index) => stream.subarray(at[index], end))
      expect(read(pieces)).toEqual([{ a: 'é' }, { b: [1] }, {}])
    }))
    expect(read([...stream].map(byte => Buffer.from([byte])))).toHaveLength(3)
  })

  it.each([
    ['another request', reply(2, {})],
    ['another operation', reply(1, {}, 0, 1)],
    ['a flag that means something', reply(1, {}, 4)],
    ['more that comes by itself', reply(1, {}, 2)],
    ['a length below that of a message', Buffer.alloc(30)],
    ['a length beyond any', Buffer.from('HTTP/1.1 200 OK')],
    ['a document that is cut', Buffer.concat([reply(1, { a: 1 }).subarray(0, -1), Buffer.from([1])])],
  ])('%s is refused', (_, bytes) => expect(() => read([bytes])).toThrow())

  it('without a request is refused', () => expect(() => read([reply(1, {})], 0)).toThrow())
})
