import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireProgram } from '../../helpers/programs'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { writeThenRead } from '../../helpers/write-then-read'

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
})
afterAll(() => larder.dispose())

const size = 4_000_000
const body = Buffer.alloc(size, 'x')

function headOf(line: string, fields: readonly string[]): string {
  const host = fields.some(field => /^host:/i.test(field)) ? [] : [`Host: localhost:${larder.port}`]
  return `${[line, ...host, ...fields].join('\r\n')}\r\n\r\n`
}

const withKey = `Api-Key: ${ownerKey}`
const length = `Content-Length: ${size}`
const chunked = Buffer.concat([Buffer.from(`${size.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')])
const put = 'PUT /v1/item HTTP/1.1'
const chunks = 'Transfer-Encoding: chunked'

interface Row { what: string, line: string, fields: string[], status: number, sent?: Buffer }

const rows: Row[] = [
  { what: 'no key', line: put, fields: [length], status: 401 },
  { what: 'no key, in chunks', line: put, fields: [chunks], sent: chunked, status: 401 },
  { what: 'a wrong key', line: put, fields: ['Api-Key: wrong', length], status: 401 },
  { what: 'no key, and it closes', line: put, fields: ['Connection: close', length], status: 401 },
  { what: 'HTTP/1.0', line: 'PUT /v1/item HTTP/1.0', fields: [length], status: 401 },
  { what: 'an expectation', line: put, fields: ['Expect: 100-continue', length], status: 401 },
  { what: 'the wrong Host', line: put, fields: ['Host: elsewhere', withKey, length], status: 421 },
  { what: 'too many fields', line: put, fields: [length, 'a:\r\n'.repeat(300).trimEnd()], status: 431 },
  { what: 'a long target', line: `PUT /v1/${'x'.repeat(9000)} HTTP/1.1`, fields: [withKey, length], status: 414 },
  { what: 'fields beyond the parser', line: put, fields: [length, `a: ${'x'.repeat(40_000)}`], status: 431 },
  { what: 'a message that is none', line: 'nonsense', fields: [length], status: 400 },
  { what: 'two lengths', line: put, fields: [length, 'Content-Length: 1'], status: 400 },
  { what: 'a chunk that is none', line: put, fields: [withKey, chunks], sent: body, status: 400 },
  { what: 'another origin', line: put, fields: ['Origin: http://evil.example', withKey, length], status: 403 },
  { what: 'nothing at the path', line: 'POST /nothing-here HTTP/1.1', fields: [withKey, length], status: 404 },
  { what: 'another method', line: 'POST /v1/item HTTP/1.1', fields: [withKey, length], status: 405 },
  { what: 'a content coding', line: put, fields: [withKey, 'Content-Encoding: gzip', length], status: 415 },
  { what: 'a body over the limit', line: put, fields: [withKey, length], status: 413 },
  { what: 'chunks over the limit', line: put, fields: [withKey, chunks], sent: chunked, status: 413 },
  {
    what: 'the native face',
    line: 'PUT /api/caches/default/entries/item HTTP/1.1',
    fields: [withKey, length],
    status: 413,
  },
  { what: 'the classic face', line: 'POST /api/set-cache HTTP/1.1', fields: [length], status: 400 },
  { what: 'the control plane without a key', line: 'POST /admin/caches HTTP/1.1', fields: [length], status: 401 },
  { what: 'the control plane', line: 'POST /admin/caches HTTP/1.1', fields: [withKey, length], status: 413 },
  { what: 'an open operation', line: 'POST /admin/session HTTP/1.1', fields: [length], status: 413 },
]

/** An answer that is there to its last byte, and says that the connection ends. */
function expectWhole(answer: string, status: number): void {
  const [, told, length, text] = /^HTTP\/1\.1 (\d{3})[\s\S]*?\r\nContent-Length: (\d+)\r\n[\s\S]*?\r\n\r\n([\s\S]*)$/.exec(answer)
    ?? []
  expect([told, text?.length], answer.slice(0, 500)).toEqual([String(status), Number(length)])
  expect(answer).toMatch(/^Connection: close\r$/m)
}

function setTo(path: string, body: unknown): Promise<unknown> {
  return larder.send(path === '/admin/switch' ? 'PUT' : 'PATCH', path, { body: JSON.stringify(body) })
}

// Red: in src/main/base/answers/lingering.ts drop the call of `discard`.
describe('a client that reads only when all is written gets the whole answer', () => {
  beforeAll(() => setTo('/admin/settings', { valueLimit: 1_000_000 }))

  it.each(rows)('to $what: $status', async ({ line, fields, status, sent = body }) => {
    expectWhole(await writeThenRead(larder.port, headOf(line, fields), sent), status)
  })

  it.each([
    ['everything', '/admin/switch'],
    ['the cache', '/admin/caches/default'],
  ])('while %s is off: 503', async (_, path) => {
    await setTo(path, { enabled: false })
    for (const fields of [[withKey, length], [withKey, chunks]]) {
      const answer = await writeThenRead(larder.port, headOf(put, fields), fields.includes(length) ? body : chunked)
      expectWhole(answer, 503)
      expect(answer).toMatch(/^Retry-After: /m)
    }
    await setTo(path, { enabled: true })
  })

  // Red: in src/main/http/exchange.ts drop the branch for `response.socket === null`, or answer
  // there by `response.end(body)`.
  it.each([
    ['a read', `GET /admin/caches HTTP/1.1\r\n`, 'GET /v1/item HTTP/1.1', 200],
    ['a write', `DELETE /v1/absent HTTP/1.1\r\n`, put, 200],
  ])('behind %s on the same connection', async (_, first, second, status) => {
    const host = `Host: localhost:${larder.port}\r\n${withKey}\r\n\r\n`
    const answer = await writeThenRead(larder.port, `${first}${host}${headOf(second, [length])}`, body)
    const at = answer.lastIndexOf('HTTP/1.1 ')
    expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`)
    expectWhole(answer.slice(at), 401)
  })

  // Red: in src/main/http/client-errors.ts destroy the socket instead of `lingering.close`.
  it('where the answer before it was made when nonsense followed', async () => {
    const get = headOf('GET /v1/absent HTTP/1.1', [withKey])
    const answer = await writeThenRead(larder.port, `${get}nonsense\r\n\r\n`, body)
    expect(answer).toMatch(/^HTTP\/1\.1 404 [\s\S]*\r\n\r\ngiven key not found\n$/)
  })

  it('and the connection stays where little is left', async () => {
    const refused = headOf(put, ['Content-Length: 1000'])
    const next = headOf('GET /healthz HTTP/1.1', ['Connection: close'])
    const answer = await writeThenRead(larder.port, refused, 'x'.repeat(1000), next)
    expect(answer.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 200'])
  })
})

const python = requireProgram('python3', 'python3')
const script = `
import sys, urllib.request, urllib.error
for turn in range(10):
    request = urllib.request.Request(sys.argv[1], data=b'x' * ${size}, method='PUT', headers={'Api-Key': sys.argv[2]})
    try:
        urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        print(error.code, len(error.read()) == int(error.headers['Content-Length']))
`

it.skipIf(!python.available)('python reads ten of ten answers while caching is off', async () => {
  await setTo('/admin/switch', { enabled: false })
  const url = `http://localhost:${larder.port}/v1/item`
  const { stdout } = await promisify(execFile)('python3', ['-c', script, url, ownerKey])
  await setTo('/admin/switch', { enabled: true })
  expect(stdout).toBe('503 True\n'.repeat(10))
})
