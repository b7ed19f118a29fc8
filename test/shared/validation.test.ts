import type { z } from 'zod'
import { describe, expect, it } from 'vitest'
import { cacheSettings } from '../../src/shared/cache-settings'
import { Batch, BatchOperation } from '../../src/shared/entries'
import { CacheCreate, CacheUpdate, KeyCreate, KeyRotate, SessionCreate, SettingsUpdate } from '../../src/shared/schemas'
import { parseInput } from '../../src/shared/validation'

const set = (fields: object): object => ({ op: 'set', key: 'a', value: { text: '' }, ...fields })
const manyTags = Array.from({ length: 17 }, String)
const time = 'must be a time such as 90, 90s, 15m, 2h or 7d'
const timeOrNone = 'ttl: must be a time such as 90, 90s, 15m, 2h or 7d, or none'
const exact = /^by: must be a whole number that JSON holds exactly, from .*; \?op=increment&by= of the entry takes 64 bits$/
const tooLarge = 'maxBytes: must be at most 1TiB'
const tooSmall = 'maxBytes: must be at least 8kB, or the cache could not hold an entry'
const size = 'must be a size such as 256MB, 1GB, 64MiB or plain bytes'

function refusalOf(schema: z.ZodType, input: unknown): unknown {
  try {
    return { accepted: parseInput(schema, input) }
  }
  catch (error) {
    return error
  }
}

describe('what is wrong with an input', () => {
  it.each([
    ['a field that is missing', CacheCreate, { ttl: 1 }, 'name: is missing'],
    ['a number for text', CacheCreate, { name: 5, ttl: 1 }, 'name: must be text'],
    ['text for a number', BatchOperation, { op: 'increment', key: 'a', by: '1' }, exact],
    ['text for a switch', CacheCreate, { name: 'a', ttl: 1, sliding: 'yes' }, 'sliding: must be true or false'],
    ['text for a list', KeyCreate, { label: 'a', scopes: 'read' }, 'scopes: must be a list'],
    ['null for an object', SettingsUpdate, { anonymous: null }, 'anonymous: must be an object'],
    ['a list for an object', CacheCreate, [], 'must be an object'],
    ['none of the choices', KeyCreate, { label: 'a', scopes: ['x'] }, 'scopes.0: must be one of read, write, admin'],
    ['no such operation', BatchOperation, { op: 'x' }, /^op: must be one of get, peek, set/],
    ['no operation', BatchOperation, {}, /^op: is missing; it must be one of get/],
    ['bytes as bare text', BatchOperation, set({ value: 'x' }), 'value: must be {"text": …} or {"base64": …}'],
    ['bytes that are missing', BatchOperation, { op: 'set', key: 'a' }, 'value: must be {"text": …} or {"base64": …}'],
    ['no text in bytes', BatchOperation, set({ value: { text: 1 } }), 'value.text: must be text'],
    ['no base64', BatchOperation, set({ value: { base64: '?' } }), 'value.base64: must be base64'],
    ['too many items', BatchOperation, set({ tags: manyTags }), 'tags: must be at most 16 items'],
    ['too few characters', SessionCreate, { code: '' }, 'code: must not be empty'],
    ['a field of neither alternative', SessionCreate, { code: 'a', x: 1 }, 'x: unknown field'],
    // Red: in src/shared/validation.ts weigh an alternative by `issues.length`.
    ['one wrong name', SessionCreate, { nam: 'a', password: 'b' }, 'name: is missing; nam: unknown field'],
    // Red: in src/shared/validation.ts leave out `hasTooMuch`.
    [
      'two alternatives at once',
      BatchOperation,
      set({ value: { text: 'a', base64: 'YQ==' } }),
      'value: must be {"text": …} or {"base64": …}',
    ],
    ['one with a field of neither', BatchOperation, set({ value: { text: 'a', x: 1 } }), 'value.x: unknown field'],
    ['a prototype', Batch, JSON.parse('{"__proto__":1}'), '__proto__: unknown field'],
    ['a time as a word', CacheCreate, { name: 'a', ttl: 'soon' }, `ttl: ${time}, or none`],
    ['a time of 0', CacheCreate, { name: 'a', ttl: '0s' }, 'ttl: TTL must be a positive value.'],
    // Red: in src/shared/ttl.ts let `TtlInput` be positive.
    // Red: in src/shared/ttl.ts leave `form` out.
    ['a time of another type', CacheCreate, { name: 'a', ttl: true }, timeOrNone],
    ['a life that is too short', CacheCreate, { name: 'a', ttl: 1e-9 }, 'ttl: TTL must be a positive value.'],
    ['the same in a change', CacheUpdate, { name: 'a', ttl: 0.0005 }, 'ttl: TTL must be a positive value.'],
    ['the same in a batch', BatchOperation, set({ ttl: 1e-9 }), 'ttl: TTL must be a positive value.'],
    ['a number that JSON changes', BatchOperation, { op: 'increment', key: 'a', by: 2 ** 53 }, exact],
    ['a fraction', BatchOperation, { op: 'increment', key: 'a', by: 0.5 }, exact],
    ['a grace of none', BatchOperation, set({ grace: 'none' }), `grace: ${time}`],
    ['a size as a word', CacheUpdate, { name: 'a', maxBytes: 'lots' }, `maxBytes: ${size}, or none`],
    ['a size below the least', SettingsUpdate, { memory: '1kB' }, 'memory: must be at least 1MB'],
    // Red: use `limit` as `input` of maxBytes in cache-settings.ts.
    ['a limit that holds no entry', CacheCreate, { name: 'a', ttl: 60, maxBytes: 1 }, tooSmall],
    // Red: leave out `max` in the row of maxBytes.
    ['a limit beyond any budget', CacheCreate, { name: 'a', ttl: 60, maxBytes: 2 ** 40 + 1 }, tooLarge],
    ['the same in a change, as a size', CacheUpdate, { name: 'a', maxBytes: '2TiB' }, tooLarge],
    ['the same in a change, as text', CacheUpdate, { name: 'a', maxBytes: '7.999kB' }, tooSmall],
  ])('%s', (_, schema, input, message) => {
    expect(refusalOf(schema, input)).toMatchObject({
      code: 'invalid-input',
      message: typeof message === 'string' ? message : expect.stringMatching(message) as string,
    })
  })
})

it('reads a limit and a TTL that an older Larder has stored', () => {
  expect(cacheSettings.ttl.schema.parse(1e-9)).toBe(1e-9)
  expect(cacheSettings.maxBytes.schema.parse(1)).toBe(1)
})

describe('times and sizes', () => {
  it.each([
    ['a TTL', CacheUpdate, { name: 'a', ttl: '5m' }, { ttl: 300 }],
    ['no TTL', CacheUpdate, { name: 'a', ttl: 'none' }, { ttl: null }],
    ['a limit', CacheUpdate, { name: 'a', maxBytes: '64MB' }, { maxBytes: 64e6 }],
    ['a reserve', CacheUpdate, { name: 'a', reserve: '1 GiB' }, { reserve: 2 ** 30 }],
    ['a budget', SettingsUpdate, { memory: '1GB' }, { memory: 1e9 }],
    ['a value limit', SettingsUpdate, { valueLimit: '64MiB' }, { valueLimit: 2 ** 26 }],
    ['an overlap', KeyRotate, { id: 'a', overlap: '1h' }, { overlap: 3600 }],
    ['a TTL in a batch', BatchOperation, set({ ttl: '1.5h', grace: '2m' }), { ttl: 5400, grace: 120 }],
    ['a touch', BatchOperation, { op: 'touch', key: 'a', ttl: '7d' }, { ttl: 604_800 }],
    ['numbers as before', CacheUpdate, { name: 'a', ttl: 0.5, maxBytes: null }, { ttl: 0.5, maxBytes: null }],
  ])('%s may be text', (_, schema, input, output) => {
    expect(parseInput(schema, input)).toMatchObject(output)
  })
})
