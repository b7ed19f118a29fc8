import type { LogFields } from '../../../src/main/base/logger'
import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { createKeySecret } from '../../../src/main/admin/key-format'
import { randomId, randomSecret } from '../../../src/main/base/ids'
import { createLogger } from '../../../src/main/base/logger'
import { createRedactor } from '../../../src/main/base/redaction'

const core = 'Kq7Canary3Zx9Canary5Wv1Canary8Rt2Canary6Pm4'
const key = `lk_abc_${core}_12345678`
const base64 = (text: string): string => Buffer.from(text).toString('base64')
function everyOctet(text: string): string {
  return [...Buffer.from(text)].map(byte => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')
}

function line(message: string, fields?: LogFields, redactor = createRedactor()): string {
  const lines: string[] = []
  createLogger(text => lines.push(text), () => 0, redactor).warn(message, fields)
  return lines.join('\n')
}

describe('the log hides secrets by their form', () => {
  // Red: in src/main/base/redaction.ts let `redact` return its text.
  it.each([
    ['an API key', key, core],
    ['an API key that was cut', key.slice(0, 20), key.slice(7, 20)],
    ['a session', `ls_${core}`, core],
    ['a control token', `lc_${core}`, core],
    ['the token of a lease', 'lease 4fGh7Kl2MnPq9RsTuV1wXy is over', '4fGh7Kl2MnPq9RsTuV1wXy'],
    ['a one-time code', 'http://localhost:7777/#4fGh7Kl2MnPq9RsTuV1wXy3Zab5', '4fGh7Kl2MnPq9RsTuV1wXy3Zab5'],
    ['an underscore in percent-encoding', key.replaceAll('_', '%5F'), core],
    ['every octet in percent-encoding', `path /v1/${everyOctet(key)}`, everyOctet(key)],
    ['base64', `got ${base64(`x:${key}`)} there`, base64(`x:${key}`).slice(8, 40)],
    ['base64url', Buffer.from(`user:${key}`).toString('base64url'), Buffer.from(core).toString('base64url').slice(4, 20)],
    ['a URL with a password', 'redis://ada:canary%21word@db.example:6379/0', 'canary'],
    ['a URL with a slash in its password', 'redis://ada:can/ary@db.example:6379', 'can/ary'],
    ['a URL with an at sign in its password', 'redis://ada:can@ary@db.example:6379', 'ary@'],
    ['a header', 'Authorization: Token canaryword', 'canaryword'],
    ['a header in JSON', '{"authorization":"Token canaryword","a":1}', 'canaryword'],
    ['a cookie', 'Set-Cookie: a=canary; Path=/; b=canaryword', 'canary'],
    ['a Bearer token of others', 'sent Bearer eyCanary.eyWord.sig', 'eyCanary'],
    ['a query parameter', 'GET /a?b=1&access_token=canaryword&c=2', 'canaryword'],
    ['a named password', 'password=canaryword; host=a', 'canaryword'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIICanary\n-----END RSA PRIVATE KEY-----', 'MIICanary'],
    ['several lines', `first\nx-api-key: canaryword\n${key}\nlast`, 'canaryword'],
  ])('%s', (_, text, canary) => {
    expect(text).toContain(canary)
    for (const written of [line(text), line('a failure', { error: text }), line('a failure', { stack: `Error: ${text}` })]) {
      expect(written).not.toContain(JSON.stringify(canary).slice(1, -1))
      expect(written).toContain('[hidden]')
    }
  })

  it('hides what Larder itself makes, each time', () => {
    for (let round = 0; round < 200; round++) {
      for (const secret of [createKeySecret(randomId()), `ls_${randomSecret()}`])
        expect(line(`the key ${secret} is wrong`)).toContain('"message":"the key [hidden] is wrong"')
    }
  })

  // Red: in src/main/base/logger.ts take `secretFields` out of `cleanFields`.
  it.each(['password', 'token', 'Authorization', 'apiKey'])('a field called %s', (name) => {
    expect(line('a failure', { [name]: 'abc' })).not.toContain('abc')
  })

  it.each([
    'Basic authentication is not supported',
    'a connection is down: connect ECONNREFUSED 127.0.0.1:6379',
    'at createSourceHandlers (file:///srv/larder/out/main/larder.js:10:20)',
    'The key 0Zb4kQx81LmN of products was rotated',
    'schema 0007-tags in entries.db',
    '/srv/data/larder/entries.db-wal, 100% full',
    'https://localhost:7777/v1/products?limit=10',
  ])('leaves alone: %s', (text) => {
    expect(JSON.parse(line(text))).toMatchObject({ message: text })
  })
})

describe('the log hides secrets that it was told', () => {
  const secret = 'pä ss/w+rd"7'
  const redactor = createRedactor()
  redactor.note(secret)
  redactor.note('first line\nsecond line')
  redactor.note('abc')

  // Red: in src/main/base/redaction.ts leave the row of the spelling out of `spellingsOf`.
  it.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ a: secret }).slice(6, -2)],
    ['in a URL', encodeURIComponent(secret)],
    ['in base64', base64(secret)],
    ['in base64, after one byte', base64(`a${secret}bc`)],
    ['in base64, after two bytes', base64(`ab${secret}c`)],
    ['in hex', Buffer.from(secret).toString('hex')],
    ['one of its lines', 'second line'],
    ['all of its lines', 'first line\nsecond line'],
  ])('%s', (_, spelling) => {
    // Beside base64 a few characters stay, in which bits of what is around it are mixed.
    expect(redactor.redact(`<${spelling}>`)).toMatch(/^<.{0,3}\[hidden\].{0,6}>$/)
  })

  it('leaves alone what is too short to be told from a word', () => {
    expect(redactor.redact('abc')).toBe('abc')
  })

  // Red: in src/main/base/redaction.ts make `pattern` once, in `createRedactor`.
  it('knows a secret from the moment on at which it was told', () => {
    const late = createRedactor()
    expect(late.redact('canaryword')).toBe('canaryword')
    late.note('canaryword')
    expect(late.redact('canaryword')).toBe('[hidden]')
  })

  // Red: in src/main/base/redaction.ts set `mostNoted` to Infinity.
  it('remembers a bounded number', () => {
    const many = createRedactor()
    for (let each = 0; each < 2001; each++)
      many.note(`canary-${each}.`)
    expect(many.redact('canary-0. canary-2000.')).toBe('canary-0. [hidden]')
  })
})

// Red: in src/main/base/logger.ts let `clean` be `redact`.
it('cuts what is long, and never in the middle of a word', () => {
  const { message } = JSON.parse(line(`${'word '.repeat(1598)}start${key}`)) as { message: string }
  expect(message).toMatch(/word … \(cut\)$/)
})
