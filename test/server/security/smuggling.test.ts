import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw } from '../../helpers/http-client'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { get, hidden, smuggled } from './smuggled'
import { statusOf } from './support'

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
})
afterAll(() => larder.dispose())

/** Also finds status lines that follow a body without a line end. */
const statusLines = (answer: string): string[] | null => answer.match(/HTTP\/1\.1 \d{3}/g)

describe('s14 smuggling', () => {
  // Red: in src/main/http/server.ts add `insecureHTTPParser: true` to the options.
  it.each(Object.entries(smuggled))('answers 400 to %s, closes, and reads nothing behind it', async (_, text) => {
    await larder.send('PUT', '/v1/item', { body: 'kept' })
    const answer = await sendRaw(larder.port, text.replaceAll('@', String(larder.port)).replaceAll('KEY', ownerKey))
    expect(statusOf(answer)).toBe(400)
    expect(statusLines(answer)).toEqual(['HTTP/1.1 400'])
    expect(answer).toMatch(/^Connection: close\r$/m)
    expect((await larder.send('GET', '/v1/item')).text).toBe('kept')
  })

  // Red: in src/main/http/guards.ts drop the call of `checkTransferCoding`.
  it('stores no body that is coded for the transfer', async () => {
    await larder.send('PUT', '/v1/item', { body: 'kept' })
    const head = get.replace('GET', 'PUT').replaceAll('@', String(larder.port)).replaceAll('KEY', ownerKey)
    const answer = await sendRaw(larder.port, `${head}Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`)
    expect(statusLines(answer)).toEqual(['HTTP/1.1 501'])
    expect((await larder.send('GET', '/v1/item')).text).toBe('kept')
  })

  // Red: in src/main/http/exchange.ts let `leavesBodyUnread` answer false.
  it('takes no refused body for the next request', async () => {
    await larder.send('PUT', '/v1/item', { body: 'kept' })
    const body = hidden.replaceAll('@', String(larder.port)).replaceAll('KEY', ownerKey)
    // A small body is read to its end. With any other, only closing the connection ensures that
    // nobody treats the rest as a request.
    for (const [padding, expectation, closes] of [
      [0, '', false],
      [0, 'Expect: 100-continue\r\n', true],
      [20_000, '', true],
    ] as const) {
      const host = `Host: localhost:${larder.port}\r\n`
      const refused = `PUT /v1/item HTTP/1.1\r\n${host}${expectation}Content-Length: ${padding + body.length}\r\n\r\n`
      const next = `GET /healthz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`
      const answer = await sendRaw(larder.port, `${refused}${'x'.repeat(padding)}${body}${next}`)
      expect(statusLines(answer)).toEqual(closes ? ['HTTP/1.1 401'] : ['HTTP/1.1 401', 'HTTP/1.1 200'])
      expect(/^Connection: close\r$/m.test(answer.split(/(?=HTTP\/1\.1 200)/)[0] ?? '')).toBe(closes)
    }
    expect((await larder.send('GET', '/v1/item')).text).toBe('kept')
  })

  it('answers two sound requests on one connection in their order', async () => {
    const one = get.replaceAll('@', String(larder.port)).replaceAll('KEY', ownerKey)
    const answer = await sendRaw(
      larder.port,
      `${one}\r\n${one.replace('/v1/item', '/nothing-here')}Connection: close\r\n\r\n`,
    )
    expect(statusLines(answer)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404'])
  })

  // Red: in src/main/http/client-errors.ts destroy the socket at once.
  it('gives the answer that is made already before it ends a connection over what follows', async () => {
    await larder.send('PUT', '/v1/item', { body: 'kept' })
    const one = get.replaceAll('@', String(larder.port)).replaceAll('KEY', ownerKey)
    const answer = await sendRaw(larder.port, `${one}\r\nnonsense\r\n\r\n`)
    expect(statusLines(answer)).toEqual(['HTTP/1.1 200'])
    expect(answer.endsWith('\r\n\r\nkept')).toBe(true)
  })

  // Red: in src/main/http/exchange.ts drop the branch for `response.socket === null`; in
  // client-errors.ts drop `underWay?.req.complete`.
  it.each([
    [
      'a refused body',
      `PUT /v1/item HTTP/1.1\r\nHost: localhost:@\r\nTransfer-Encoding: chunked\r\n\r\n`,
      ['HTTP/1.1 401', 'HTTP/1.1 401'],
    ],
    ['a message that is none', 'nonsense\r\n\r\n', []],
  ])('never answers %s in the place of the slow request before it', async (_, second, answers) => {
    const body = JSON.stringify({ name: 'nobody', password: 'some password' })
    const slow = `POST /admin/session HTTP/1.1\r\nHost: localhost:@\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const answer = await sendRaw(larder.port, (slow + second).replaceAll('@', String(larder.port)))
    expect(statusLines(answer) ?? []).toEqual(answers)
    if (answers.length > 0) {
      expect(answer.indexOf('sign-in-failed')).toBeGreaterThan(0)
      expect(answer.indexOf('sign-in-failed')).toBeLessThan(answer.lastIndexOf('HTTP/1.1'))
    }
  })
})
