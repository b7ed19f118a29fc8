import type { IncomingMessage } from 'node:http'
import { Buffer } from 'node:buffer'
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { timed } from '../../helpers/durations'
import { temporaryFolder } from '../../helpers/folder'
import { apiKey, build, launch } from './launch'

beforeAll(build, 240_000)

function openEvents(port: number): Promise<{ response: IncomingMessage, ended: Promise<'ended' | 'cut'> }> {
  return new Promise((resolve, reject) => {
    request({
      host: '127.0.0.1',
      port,
      path: '/events',
      headers: { 'Host': `localhost:${port}`, 'Api-Key': apiKey },
      agent: false,
    }, (
      response,
    ) => {
      const ended = new Promise<'ended' | 'cut'>(done =>
        response.resume().on('close', () => done(response.complete ? 'ended' : 'cut')).on('error', () => done('cut')))
      resolve({ response, ended })
    }).on('error', reject).end()
  })
}

// A terminal that is closed sends SIGHUP.
// Red: in src/main/program.ts drop SIGHUP.
describe.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s', (signal) => {
  it('ends an idle server with code 0, its control file gone', async () => {
    const home = temporaryFolder()
    const server = launch(home)
    await server.ready
    expect(existsSync(join(home, 'control.json'))).toBe(true)
    expect(await server.end(signal)).toEqual({ code: 0, signal: null })
    expect(existsSync(join(home, 'control.json'))).toBe(false)
  })

  // Red: in src/main/http/server.ts call `closeAllConnections()` at once, or drop
  // `control.dispose()` from `stop`.
  it('lets a request finish, ends event streams, and takes no new connection', async () => {
    const home = temporaryFolder()
    const server = launch(home)
    const port = await server.ready
    const { response, ended } = await openEvents(port)
    expect(response.statusCode).toBe(200)

    // Half of this request's body has arrived when the signal comes.
    const value = Buffer.alloc(100_000, 'v')
    const upload = new Promise<number>((resolve, reject) => {
      const outgoing = request({
        host: '127.0.0.1',
        port,
        method: 'PUT',
        path: '/v1/slow',
        headers: { 'Host': `localhost:${port}`, 'Api-Key': apiKey, 'Content-Length': value.length },
        agent: false,
      }, answer =>
        resolve(answer.resume().statusCode ?? 0))
      outgoing.on('error', reject)
      outgoing.write(value.subarray(0, 50_000))
      void ended.then(() => outgoing.end(value.subarray(50_000)))
    })
    await server.send('GET', '/healthz')
    const ending = server.end(signal)
    expect(await ended).toBe('ended')
    expect(await upload).toBe(201)
    const refused = await new Promise<string>(resolve =>
      connect(port, '127.0.0.1', () => resolve('open')).on('error', error =>
        resolve((error as NodeJS.ErrnoException).code ?? '')))
    expect(refused).toBe('ECONNREFUSED')
    expect((await ending).code).toBe(0)

    const again = launch(home)
    expect((await again.send('GET', '/v1/slow')).body.equals(value)).toBe(true)
  })
})

// Red: in src/main/http/server.ts drop the timer that closes all connections.
it('does not wait for a request that never ends, and a second signal changes nothing', async () => {
  const server = launch(temporaryFolder())
  const port = await server.ready
  const socket = connect(port, '127.0.0.1', () =>
    socket.write(
      `PUT /v1/never HTTP/1.1\r\nHost: localhost:${port}\r\nApi-Key: ${apiKey}\r\nContent-Length: 10\r\n\r\nabc`,
    ))
  socket.on('error', () => {})
  await server.send('GET', '/healthz')
  const signalled = performance.now()
  const ending = server.end('SIGINT')
  server.child.kill('SIGTERM')
  expect((await ending).code).toBe(0)
  if (timed)
    expect(performance.now() - signalled).toBeLessThan(5000)
})

// Red: in src/main/program.ts call `nextSignal` after `createLarder`.
it('ends with code 0 on a signal in the middle of the start', async () => {
  const home = temporaryFolder()
  const server = launch(home)
  while (!existsSync(join(home, 'larder.db')) && server.child.exitCode === null)
    await new Promise(resolve => setTimeout(resolve, 1))
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
  const again = launch(home)
  expect((await again.send('GET', '/admin/caches')).status).toBe(200)
})

// Red: in src/main/program.ts let `serve` return 0 in place of `process.exit(0)`.
it('ends with code 0 however many signals come while it ends', async () => {
  const server = launch(temporaryFolder())
  await server.ready
  const storm = setInterval(() => server.child.kill('SIGINT'), 1)
  try {
    expect(await server.ended).toEqual({ code: 0, signal: null })
  }
  finally {
    clearInterval(storm)
  }
})
