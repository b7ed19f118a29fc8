import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { send, sendRaw } from '../../helpers/http-client'
import { freePort } from '../../helpers/redis-server'
import { writeThenRead } from '../../helpers/write-then-read'
import { smuggled } from '../security/smuggled'
import { manage, statusOf } from '../security/support'
import { setUpGateway } from './setup'

const rig = setUpGateway({ headers: 'X-Own: 1', secretHeaders: 'Authorization: Bearer canary' })
const { ask, count } = rig

const page = 'http://evil.test'
// Red: in src/main/gateway/door.ts leave out what the row is about.
it.each<[who: string, headers: Record<string, string>, status: number]>([
  ['no browser', {}, 200],
  ['a person who typed the address', { 'Sec-Fetch-Site': 'none' }, 200],
  ['a page of the origin itself', { 'Sec-Fetch-Site': 'same-origin' }, 200],
  ['an image or a form of another site', { 'Sec-Fetch-Site': 'cross-site' }, 403],
  ['a page on another port', { 'Sec-Fetch-Site': 'same-site', 'Origin': 'http://localhost:1' }, 403],
  ['an old browser', { Origin: page }, 403],
  ['a page without an origin', { 'Origin': 'null', 'Sec-Fetch-Site': 'cross-site' }, 403],
  ['a page with a name of its own for this address', { Host: 'evil.test' }, 421],
  ['the same with another port', { Host: 'localhost:1' }, 421],
])('%s', async (who, headers, status) => {
  rig.answer = (_, response) => void response.end('ok')
  for (const method of ['GET', 'POST']) {
    const target = `/door/${encodeURIComponent(who)}/${method}`
    const answer = await ask(method, target, { headers: { Host: `localhost:${rig.port}`, ...headers } })
    expect([answer.status, count(target)]).toEqual([status, status === 200 ? 1 : 0])
    expect(Object.keys(answer.headers).filter(name => name.startsWith('access-control'))).toEqual([])
  }
})

it('lets pages of listed origins in, and no others', async () => {
  const port = await rig.open('listed', { origins: ['http://app.test:3000'] })
  const statuses = []
  for (const origin of ['http://app.test:3000', 'http://app.test', 'http://app.test:30000']) {
    const headers = { 'Origin': origin, 'Sec-Fetch-Site': 'cross-site' }
    statuses.push((await send(port, 'GET', '/listed', { headers })).status)
  }
  expect(statuses).toEqual([200, 403, 403])
})

// Red: in src/main/gateway/visit.ts leave `page` out.
it('its own answers can be read by pages of listed origins, also after a preflight', async () => {
  const [own, asked] = ['http://app.test:3000', { 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'x-a' }]
  const port = await rig.open('readable', { origins: [own], off: '503' })
  const readable = (origin: string): Record<string, string> => ({ 'Origin': origin, 'Sec-Fetch-Site': 'cross-site' })
  await manage(rig.larder, 'PATCH', '/admin/caches/readable', { enabled: false })
  const off = await send(port, 'GET', '/', { headers: readable(own) })
  expect([off.status, off.headers['access-control-allow-origin'], off.headers.vary]).toEqual([503, own, 'Origin'])
  const preflight = await send(port, 'OPTIONS', '/', { headers: { ...readable(own), ...asked } })
  const { 'access-control-allow-methods': methods, 'access-control-allow-headers': names } = preflight.headers
  expect([preflight.status, methods, names]).toEqual([204, 'PUT', 'x-a'])
  const foreign = await send(port, 'GET', '/', { headers: readable('http://evil.test') })
  expect([foreign.status, foreign.headers['access-control-allow-origin']]).toEqual([403, undefined])
})

// Red: in src/main/gateway/door.ts let every target and method through.
it.each([
  ['GET', 'http://evil.test/x', 421],
  ['GET', '//evil.test/x', 400],
  ['OPTIONS', '*', 400],
  ['TRACE', '/trace', 405],
  ['GET', `/${'x'.repeat(9000)}`, 414],
])('%s %s is not sent on', async (method, target, status) => {
  expect((await ask(method, target)).status).toBe(status)
  expect(count(target)).toBe(0)
})

// Red: in src/main/gateway/visit.ts send the URL on as it came, or in door.ts ask Host alone.
it('takes a whole URL for the path in it, if it names this server', async () => {
  rig.answer = (request, response) => void response.end(request.url)
  const [own, other] = [`http://localhost:${rig.port}`, 'http://evil.test']
  const of = async (url: string, host: string) =>
    await sendRaw(rig.port, `GET ${url} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  expect(await of(`${own}/whole?a=http://x`, 'evil.test')).toMatch(/200 OK[\s\S]*\/whole\?a=http:\/\/x/)
  expect(await of(`${own}?`, 'evil.test')).toMatch(/200 OK[\s\S]*\/\?/)
  expect(statusOf(await of(`${other}/whole`, `localhost:${rig.port}`))).toBe(421)
})

// Red: in src/main/gateway/visit.ts write `100 Continue` before the door is passed.
it('asks nobody for a body whom it does not let in', async () => {
  rig.answer = (request, response) => void request.resume().on('end', () => response.end('ok'))
  const ask = async (origin: string): Promise<string> => await sendRaw(rig.port, [
    'POST /expects HTTP/1.1',
    `Host: localhost:${rig.port}`,
    origin,
    'Expect: 100-continue',
    'Connection: close',
    'Content-Length: 2\r\n\r\nok',
  ].join('\r\n'))
  const [refused, asked] = [await ask('Origin: http://evil.test'), await ask('X: y')]
  expect(refused.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 403'])
  expect(asked.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200'])
})

// Red: in src/main/gateway/sending.ts answer by `response` whatever is unread, or in forwarding.ts
// use `pipeline`.
it.each([
  ['the door', (url: string) => url === '', 403, 'Origin: http://evil.test'],
  ['an origin that is gone', () => true, 502, 'X: y'],
])('a client that writes all of 4 MB before it reads gets the answer of %s', async (who, _, status, field) => {
  rig.answer = request => void request.socket.destroy()
  const target = `/large/${encodeURIComponent(who)}`
  const head = `PUT ${target} HTTP/1.1\r\nHost: localhost:${rig.port}\r\n${field}\r\nContent-Length: 4000000\r\n\r\n`
  expect(statusOf(await writeThenRead(rig.port, head, Buffer.alloc(4_000_000)))).toBe(status)
  await rig.expectLogged(target, {})
})

// Red: in src/main/gateway/door.ts, or src/main/upstreams/http/forwarding.ts, take every coding.
it('takes no body for what it is not, because it is coded for the transfer', async () => {
  const head = `Host: localhost:${rig.port}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`
  expect(statusOf(await sendRaw(rig.port, `POST /coded HTTP/1.1\r\n${head}`))).toBe(501)
  expect(count('/coded')).toBe(0)
  rig.answer = (_, response) =>
    void response.socket?.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n')
  const { status, text } = await ask('GET', '/coded')
  expect([status, text]).toEqual([502, expect.stringContaining('Transfer-Encoding')])
})

it('makes no tunnel, and no other protocol', async () => {
  const tunnel = await sendRaw(rig.port, `CONNECT evil.test:80 HTTP/1.1\r\nHost: localhost:${rig.port}\r\n\r\n`)
  expect(statusOf(tunnel)).toBe(405)
  rig.answer = (request, response) => void response.end(String(request.headers.upgrade))
  const upgraded = await ask('GET', '/upgrade', { headers: { Connection: 'Upgrade', Upgrade: 'websocket' } })
  expect(upgraded.text).toBe('undefined')
})

// Red: in src/main/upstreams/http/forwarding.ts add the secret header fields always.
it('adds the secret header fields only where it is told to, and follows no redirect with them', async () => {
  const port = await rig.open('secret', { secrets: true })
  rig.answer = ({ headers }, response) =>
    void response.writeHead(302, { Location: 'http://evil.test/' }).end(`${headers['x-own']} ${headers.authorization}`)
  const headers = { 'Authorization': 'mine', 'X-Own': 'mine' }
  const [plain, own] = [await ask('GET', '/secret', { headers }), await send(port, 'GET', '/secret', { headers })]
  expect([plain.status, plain.text, plain.headers.location]).toEqual([302, '1 mine', 'http://evil.test/'])
  expect([own.status, own.text]).toEqual([302, '1 Bearer canary'])
  const log = await rig.larder.send('GET', '/admin/requests?limit=200')
  expect(log.text).not.toContain('canary')
})

// Red: in src/main/base/http-caching/fields.ts leave out what Connection names.
it('sends on no fields of the connection, in neither direction', async () => {
  rig.answer = ({ headers }, response) => {
    const seen = JSON.stringify(headers)
    response.writeHead(200, { 'Connection': 'X-Hop', 'X-Hop': '1', 'Proxy-Authenticate': 'x', 'X-Seen': seen })
    response.end()
  }
  const ofTheHop = { 'TE': 'trailers', 'Proxy-Authorization': 'x', 'Keep-Alive': '5' }
  const { headers } = await ask('GET', '/hop', {
    headers: { 'Connection': 'close, X-A', 'X-A': '1', ...ofTheHop },
  })
  expect([headers['x-hop'], headers['proxy-authenticate']]).toEqual([undefined, undefined])
  const seen = JSON.parse(String(headers['x-seen'])) as Record<string, string>
  expect(Object.keys(seen).sort()).toEqual(['connection', 'host', 'via', 'x-own'])
  expect(seen.via).toMatch(/^1\.1 larder-/)
})

// Red: in src/main/gateway/door.ts leave Via out.
it('knows its own requests, where its connection leads back to it', async () => {
  const port = await freePort()
  await manage(rig.larder, 'POST', '/admin/connections', { name: 'loop', driver: 'http', url: `http://localhost:${port}/{key}` })
  await manage(rig.larder, 'POST', '/admin/caches', {
    name: 'loop',
    ttl: 60,
    source: { connection: 'loop' },
    gateway: { port },
  })
  await expect.poll(async () => (await send(port, 'GET', '/')).status).toBe(400)
})

// Red: in src/main/upstreams/http/forwarding.ts leave `Transfer-Encoding: chunked` out.
it('frames what it sends on, whatever the method', async () => {
  const bodies: string[] = []
  rig.answer = (request, response) => {
    const pieces: Buffer[] = []
    request.on('data', piece => pieces.push(piece)).on('end', () => {
      bodies.push(`${request.method} ${Buffer.concat(pieces).toString()}`)
      response.end()
    })
  }
  for (const method of ['GET', 'DELETE', 'OPTIONS', 'POST', 'PATCH'])
    await ask(method, '/framed', { headers: { 'Transfer-Encoding': 'chunked' }, body: 'GET /hidden HTTP/1.1\r\n\r\n' })
  expect(bodies).toEqual(['GET', 'DELETE', 'OPTIONS', 'POST', 'PATCH'].map(method => `${method} GET /hidden HTTP/1.1\r\n\r\n`))
  expect(count('/hidden')).toBe(0)
})

describe('s14 smuggling', () => {
  // Red: in src/main/gateway/listener.ts add `insecureHTTPParser: true` to the options.
  it.each(Object.entries(smuggled))('answers 400 to %s, closes, and sends nothing on', async (_, text) => {
    const answer = await sendRaw(rig.port, text.replaceAll('@', String(rig.port)).replaceAll('KEY', 'x'))
    expect([statusOf(answer), answer.match(/HTTP\/1\.1 \d{3}/g)]).toEqual([400, ['HTTP/1.1 400']])
    expect(count('/flush')).toBe(0)
  })
})

describe('s13, s15 and what origins do', () => {
  it('answers 431 to header fields that are too large', async () => {
    expect((await ask('GET', '/large', { headers: { X: 'x'.repeat(40_000) } })).status).toBe(431)
  })

  // Red: in src/main/gateway/passing.ts leave `cut` out, and let a client that left go on.
  it('lets go of an endless answer when its reader leaves', async () => {
    let isOpen = true
    rig.answer = (_, response) => {
      const more = setInterval(() => response.write(Buffer.alloc(65_536)), 5)
      response.on('close', () => {
        clearInterval(more)
        isOpen = false
      })
    }
    const socket = connect(rig.port, '127.0.0.1', () => socket.write(`GET /endless HTTP/1.1\r\nHost: localhost:${rig.port}\r\n\r\n`))
    await once(socket, 'data')
    socket.destroy()
    await expect.poll(() => isOpen).toBe(false)
  })

  // Red: in src/main/gateway/passing.ts hold pieces whatever `hold.resize` says.
  it('passes on what is larger than a value may be, and says why it is not held', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x')
    rig.answer = async (_, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=60' })
      for (let sent = 0; sent < 100; sent++) {
        if (!response.write(piece))
          await once(response, 'drain')
      }
      response.end()
    }
    expect((await ask('GET', '/100MB')).body.length).toBe(100 * piece.length)
    await rig.expectLogged('/100MB', { marks: ['not stored: it is larger than a value may be'] })
  })

  // Red: in src/main/gateway/passing.ts leave `resume` out of what `drain` does.
  it('gives a client that reads slowly all of a long answer, however long that takes', async () => {
    const whole = Buffer.alloc(40 * 1024 * 1024, 'x')
    rig.answer = (_, response) => void response.setHeader('Cache-Control', 'max-age=60').end(whole)
    const socket = connect(rig.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.write(`GET /slowly HTTP/1.1\r\nHost: localhost:${rig.port}\r\nConnection: close\r\n\r\n`)
    let bytes = 0
    // In pieces with pauses, so that it is behind the origin at all times.
    socket.on('data', (piece: Buffer) => {
      bytes += piece.length
      socket.pause()
      setTimeout(() => socket.resume(), 1)
    })
    await once(socket, 'end')
    expect(bytes).toBeGreaterThan(whole.length)
  })

  it('serves a thousand at once, each once from the origin', async () => {
    rig.answer = (_, response) => void response.setHeader('Cache-Control', 'max-age=60').end('x')
    const agent = new Agent({ maxSockets: 200, keepAlive: true })
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => ask('GET', `/many/${index % 100}`, { agent })))
    agent.destroy()
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(Array.from({ length: 100 }, (_, index) => count(`/many/${index}`))).toEqual(Array.from({ length: 100 }).fill(1))
  })

  it('answers 504 where the origin says nothing in time, and 502 where it is gone', async () => {
    const port = await rig.open('slow', {}, { source: { connection: 'api', hardTimeout: 0.2, softTimeout: 0.1 } })
    rig.answer = () => {}
    const late = await send(port, 'GET', '/late')
    expect([late.status, late.json().code, late.headers['cache-status']])
      .toEqual([504, 'source-timeout', expect.stringMatching(/detail="source-timeout"/)])
  })

  // Red: in src/main/gateway/forward.ts leave the catch out, or in listener.ts the listener.
  it('outlives early hints of every form, and tunnels that are reset', async () => {
    const forms = ['</a.css>; rel=preload, </b.js>; rel=preload; as=script', '</a>; title="a b"', 'no link']
    for (const [index, form] of forms.entries()) {
      rig.answer = (_, response) => {
        response.socket?.write(`HTTP/1.1 103 Early Hints\r\nLink: ${form}\r\n\r\n`)
        response.end('final')
      }
      expect((await ask('GET', `/hints/${index}`)).text).toBe('final')
    }
    const old = await sendRaw(rig.port, `GET /hints/0 HTTP/1.0\r\nHost: localhost:${rig.port}\r\n\r\n`)
    expect(old).toMatch(/^HTTP\/1\.1 200/)
    for (let tunnel = 0; tunnel < 20; tunnel++) {
      const socket = connect(rig.port, '127.0.0.1')
      socket.on('error', () => {})
      await once(socket, 'connect')
      socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n')
      await new Promise(resolve => setImmediate(resolve))
      socket.resetAndDestroy()
    }
    expect((await ask('GET', '/hints/after')).status).toBe(200)
  })
})

// Red: in src/main/gateway/sending.ts leave `share` or `pour` out.
it('s28 what many ask for and nobody takes is held once, and counted', async () => {
  const body = 'x'.repeat(4_000_000)
  rig.answer = (_, response) => void response.setHeader('Cache-Control', 'max-age=600').end(body)
  expect((await ask('GET', '/deaf')).body.length).toBe(body.length)
  const sockets = Array.from({ length: 20 }, () => connect(rig.port, '127.0.0.1'))
  onTestFinished(() => sockets.forEach(socket => socket.destroy()))
  for (const socket of sockets)
    socket.pause().write(`GET /deaf HTTP/1.1\r\nHost: localhost:${rig.port}\r\n\r\n`)
  const inFlight = async (): Promise<number> =>
    Number(/^larder_in_flight_bytes (\d+)/m.exec((await rig.larder.send('GET', '/metrics')).text)?.[1])
  await expect.poll(inFlight).toBeGreaterThan(body.length)
  // Beside what is held, what waits in each connection: less than a buffer of the system's.
  expect(await inFlight()).toBeLessThan(body.length + 20 * 200_000)
  sockets.forEach(socket => socket.destroy())
  await expect.poll(inFlight).toBeLessThan(100_000)
})
