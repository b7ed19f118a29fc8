import { expect, it } from 'vitest'
import { repeatedCommand } from '../../../src/renderer/src/views/requests/repeat-command'
import { recordOf } from '../../helpers/request-record'

const url = 'redis://localhost:7379'
const rest = 'The log keeps a command and one key: the rest is missing.'
const more = 'The log keeps a command and one key: more may be missing.'

// Red: in src/renderer/src/views/requests/repeat-command.ts leave `key` or `part` out of the words.
it.each([
  ['GET', 'pear', ['GET', 'pear'], ''],
  ['SET', 'pear', ['SET', 'pear'], rest],
  ['MGET', 'pear', ['MGET', 'pear'], more],
  ['OBJECT ENCODING', 'pear', ['OBJECT', 'ENCODING', 'pear'], ''],
  ['DBSIZE', null, ['DBSIZE'], ''],
  ['KEYS', null, ['KEYS'], rest],
  ['INCR', 'ü', ['INCR', '\xC3\xBC'], ''],
  ['TTL', 'a\uDCFF', ['TTL', 'a\xFF'], ''],
])('a record of %s with the key %j is the same command', (method, key, words, lacks) => {
  expect(repeatedCommand(recordOf({ face: 'redis', path: '', method, cache: 'shop', key }), url))
    .toEqual({ redis: { url, cache: 'shop', words }, lacks })
})

it.each([
  ['a request over HTTP', { face: 'native', method: 'GET' }, url],
  ['a server that speaks no Redis', { method: 'GET' }, null],
  ['a cache that no client can name', { method: 'GET', cache: 'default' }, url],
  ['what is no command', { method: '?' }, url],
  ['a key that is cut off', { method: 'GET', key: 'x'.repeat(256) }, url],
  ['a key that is cut within a character', { method: 'GET', key: 'a\uD83C' }, url],
] as const)('%s is none', (_, change, place) => {
  expect(repeatedCommand(recordOf({ face: 'redis', path: '', cache: 'shop', key: 'a', ...change }), place)).toBeNull()
})
