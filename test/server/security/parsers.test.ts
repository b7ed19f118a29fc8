import type { TestLarder } from '../../helpers/start-larder'
import type { Random } from './random'
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { timed } from '../../helpers/durations'
import { patience } from '../../helpers/patience'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { createRandom } from './random'
import { everyPath, verbs } from './routes'
import { manage, wrongCells } from './support'

const seed = Number(process.env.SECURITY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
/** The full test has 10^5 messages. */
const count = timed ? 100_000 : 10_000
const longest = 20_000

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
  await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: 60 })
})
afterAll(() => larder.dispose())

const fragments = [
  '%',
  '%00',
  '%ff',
  '%C3%28',
  '..',
  '//',
  '?',
  '&',
  '=',
  '#',
  '__proto__',
  ';',
  ',',
  '"',
  '\\',
  '[',
  ']',
  '{',
  '@',
  ':',
  '\t',
  '\u00FF',
  '-1',
  '1e999',
  '99999999999999999999',
  'W/"',
  '*',
] as const

/** Returns random bytes, mostly with fragments that a parser could treat as its own syntax. */
function noise(random: Random): Buffer {
  const parts: Buffer[] = []
  for (let left = random.below(6); left >= 0; left--)
    parts.push(random.below(2) === 0 ? random.bytes(random.below(12)) : Buffer.from(random.pick(fragments), 'latin1'))
  return Buffer.concat(parts)
}

const entry = '/api/caches/products/entries/item'
const fields = [
  'Host',
  'Origin',
  'Sec-Fetch-Site',
  'Api-Key',
  'Authorization',
  'Content-Length',
  'Content-Type',
  'Content-Encoding',
  'Transfer-Encoding',
  'Expect',
  'Connection',
  'Upgrade',
  'If-Match',
  'If-None-Match',
  'Cache-Control',
  'Larder-TTL',
  'Larder-Tags',
  'Access-Control-Request-Method',
  'Cookie',
] as const

/**
 * Returns random bytes, or a valid request with noise in its target, a header field, its first line
 * or its body.
 */
function message(random: Random): Buffer {
  if (random.below(10) === 0)
    return Buffer.concat([random.bytes(random.below(400)), Buffer.from('\r\n\r\n')])
  const where = random.pick(['target', 'query', 'field', 'line', 'body'])
  const [first = '/', ...others] = everyPath
  // Half of them go to an entry, because its routes read the most fields.
  const path = Buffer.from(random.pick([entry, random.pick([first, ...others])]))
  const target = where === 'target'
    ? Buffer.concat([path, noise(random)])
    : where === 'query' ? Buffer.concat([path, Buffer.from('?'), noise(random)]) : path
  const body = where === 'body' ? noise(random) : Buffer.alloc(0)
  const field = random.pick(fields)
  const lines: (string | Buffer)[] = [random.pick(verbs), ' ', target, ' HTTP/1.1\r\n']
  if (!(where === 'field' && field === 'Host'))
    lines.push(`Host: localhost:${larder.port}\r\n`)
  if (!(where === 'field' && /^(?:Api-Key|Authorization)$/.test(field)))
    lines.push(`Api-Key: ${ownerKey}\r\n`)
  if (where === 'field') {
    lines.push(
      field,
      ': ',
      field === 'Host' && random.below(2) === 0 ? `evil${random.below(1000)}.example` : noise(random),
      '\r\n',
    )
  }
  if (where === 'line')
    lines.push(noise(random), '\r\n')
  if (body.length > 0)
    lines.push(`Content-Length: ${body.length}\r\n`)
  lines.push('Connection: close\r\n\r\n', body)
  return Buffer.concat(lines.map(part => typeof part === 'string' ? Buffer.from(part, 'latin1') : part))
    .subarray(0, longest)
}

/**
 * Returns everything received before the server closes; `undefined` if it neither answers nor
 * closes. The event stream may stay open.
 */
function ask(bytes: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect({ port: larder.port, host: '127.0.0.1' }, () => socket.end(bytes))
    const finish = (answer?: string): void => {
      clearTimeout(late)
      socket.destroy()
      resolve(answer)
    }
    const late = setTimeout(finish, patience)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (text.includes('text/event-stream'))
        finish(text)
    })
    // A reset is an answer too: the server did not want the rest of our data.
    socket.on('error', () => {})
    socket.on('close', () => finish(text))
  })
}

describe('s3 parsers are total', () => {
  // Red: in src/main/http/request-target.ts remove the try around decodeURIComponent, or in
  // etags.ts throw a plain Error for an invalid If-None-Match.
  it(`answers ${count} random messages without a 5xx, a hang or an unexpected error`, { timeout: timed
    ? 900_000
    : 300_000 }, async () => {
    console.log(`Seed of the random messages: SECURITY_TEST_SEED=${seed}`)
    const random = createRandom(seed)
    const statuses = new Map<string, number>()
    const started = performance.now()
    const messages = Array.from({ length: count }, () => message(random))
    const wrong = await wrongCells(messages.entries(), async ([index, bytes]) => {
      const answer = await ask(bytes)
      const status = answer === undefined ? 'hang' : /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'closed'
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      // 501 is meant: a cache without a source cannot be refreshed.
      return status === 'hang' || /^HTTP\/1\.1 5(?!01)/m.test(answer ?? '')
        ? `message ${index} of seed ${seed} (${status}): ${JSON.stringify(bytes.toString('latin1').slice(0, 300))}`
        : undefined
    }, 24)
    expect(wrong.slice(0, 5)).toEqual([])
    if (timed)
      expect(performance.now() - started).toBeLessThan(200_000)
    // The messages must reach every layer: parser, guards, key check, input, handler.
    for (const status of ['200', '204', '400', '401', '403', '404', '405', '421'])
      expect(statuses.get(status) ?? 0, `${status} in ${JSON.stringify([...statuses])}`).toBeGreaterThan(0)

    expect((await larder.send('GET', '/admin/caches')).status).toBe(200)
    expect(readFileSync(join(larder.home, 'logs/larder.log'), 'utf8')).not.toContain('unexpected error')
  })
})
