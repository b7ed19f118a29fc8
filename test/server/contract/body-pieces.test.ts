import type { Socket } from 'node:net'
import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { beforeAll, expect, it, vi } from 'vitest'
import { patience } from '../../helpers/patience'
import { ownerKey, startLarder } from '../../helpers/start-larder'

let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder()
  return () => larder.dispose()
})

function head(key: string, length: number | 'chunked', more = ''): string {
  return `PUT /v1/${key} HTTP/1.1\r\nHost: localhost:${larder.port}\r\nApi-Key: ${ownerKey}\r\n${length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`}\r\n${more}\r\n`
}

/** Resolves when the piece was sent and the server, in this process, has had turns to read it. */
async function writeAndTurn(socket: Socket, piece: string): Promise<void> {
  await new Promise(resolve => socket.write(piece, 'latin1', resolve))
  for (let i = 0; i < 10; i++)
    await turn()
}

/** Writes the pieces one after another. Resolves with the statuses of `answers` responses. */
async function write(pieces: readonly string[], answers = 1): Promise<number[]> {
  const socket = connect({ port: larder.port, host: '127.0.0.1', noDelay: true })
  try {
    let text = ''
    socket.setEncoding('latin1').on('data', (data: string) => text += data)
    for (const piece of pieces)
      await writeAndTurn(socket, piece)
    const statuses = (): number[] => Array.from(text.matchAll(/^HTTP\/1\.1 (\d+)/gm), ([, status]) => Number(status))
    await vi.waitFor(
      () => expect(statuses().filter(status => status !== 100)).toHaveLength(answers),
      { timeout: patience, interval: 5 },
    )
    return statuses()
  }
  finally {
    socket.destroy()
  }
}

const value = Array.from({ length: 100 }, (_, at) => String.fromCharCode(32 + at % 90)).join('')
const long = (bytes: number): string => value.repeat(Math.ceil(bytes / 100)).slice(0, bytes)

// Red when takeBody of src/main/http/body.ts reads at the end of the turn without checking whether
// the request is complete.
it.each<[title: string, body: string, pieces: (key: string, body: string) => string[], statuses: number[]]>([
  ['one packet', value, (key, body) => [head(key, body.length) + body], [201]],
  ['nothing', '', key => [head(key, 0)], [201]],
  ['the head first', value, (key, body) => [head(key, body.length), body], [201]],
  ['cut in the body', value, (key, body) => [head(key, body.length) + body.slice(0, 40), body.slice(40)], [201]],
  ['byte by byte', value.slice(0, 20), (key, body) => [head(key, body.length), ...body], [201]],
  [
    'chunks in one packet',
    value,
    (key, body) => [`${head(key, 'chunked')}28\r\n${body.slice(0, 40)}\r\n3c\r\n${body.slice(40)}\r\n0\r\n\r\n`],
    [201],
  ],
  [
    'a chunk at a time',
    value,
    (key, body) => [head(key, 'chunked'), `28\r\n${body.slice(0, 40)}\r\n`, `3c\r\n${body.slice(40)}\r\n`, '0\r\n\r\n'],
    [201],
  ],
  ['no chunk at all', '', key => [`${head(key, 'chunked')}0\r\n\r\n`], [201]],
  ['after 100 Continue', value, (key, body) => [head(key, body.length, 'Expect: 100-continue\r\n'), body], [100, 201]],
  ['16 KiB', long(16 * 1024), (key, body) => [head(key, body.length) + body], [201]],
  ['a byte more', long(16 * 1024 + 1), (key, body) => [head(key, body.length) + body], [201]],
  ['more than a stream keeps', long(200_000), (key, body) => [head(key, body.length) + body], [201]],
])('stores what comes as: %s', async (title, body, pieces, statuses) => {
  const key = encodeURIComponent(title)
  expect(await write(pieces(key, body))).toEqual(statuses)
  expect((await larder.send('GET', `/v1/${key}`)).text).toBe(body)
})

it('answers pipelined bodies in their order, each with its own', async () => {
  const bodies = Array.from({ length: 50 }, (_, at) => `${at}:${value}`)
  expect(await write(
    [bodies.map((body, at) => head(`pipelined-${at}`, body.length) + body).join('')],
    50,
  )).toEqual(bodies.map(() => 201))
  for (const [at, body] of bodies.entries())
    expect((await larder.send('GET', `/v1/pipelined-${at}`)).text).toBe(body)
})

it.each([
  ['with the head', (key: string) => [head(key, 100)]],
  ['in the middle', (key: string) => [head(key, 100) + value.slice(0, 50)]],
  ['of a long one', (key: string) => [head(key, 100_000) + value]],
])('stores nothing where the client goes %s', async (title, pieces) => {
  const key = `gone-${title.replaceAll(' ', '-')}`
  const socket = connect(larder.port, '127.0.0.1')
  for (const piece of pieces(key))
    socket.write(piece)
  socket.destroySoon()
  await once(socket, 'close')
  await vi.waitFor(async () => {
    const { requests } = (await larder.send('GET', '/admin/requests?limit=1000')).json<{
      requests: { key: string, status: number }[]
    }>()
    expect(requests.filter(request => request.key === key)).toMatchObject([{ status: 400, method: 'PUT' }])
  }, { timeout: patience, interval: 10 })
  expect((await larder.send('GET', `/v1/${key}`)).status).toBe(404)
})

it('a switch that moves while the body is on its way turns it away; a cache that is deleted takes nothing', async () => {
  const late = async (path: string, meanwhile: () => Promise<unknown>): Promise<string> => {
    const socket = connect({ port: larder.port, host: '127.0.0.1', noDelay: true })
    await writeAndTurn(socket, head('', 3).replace('/v1/', path))
    await meanwhile()
    socket.write(Buffer.from('abc'))
    const [answer] = await once(socket, 'data') as [Buffer]
    socket.destroy()
    return answer.toString().slice(9, 12)
  }
  const created = await larder.send(
    'POST',
    '/admin/caches',
    { headers: { 'Content-Type': 'application/json' }, body: '{"name":"short","ttl":60}' },
  )
  expect(created.status).toBe(201)
  const put = (path: string, json: object) =>
    larder.send('PUT', path, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(json) })
  expect(await late('/v1/late', () => put('/admin/switch', { enabled: false }))).toBe('503')
  await put('/admin/switch', { enabled: true })
  expect((await larder.send('GET', '/v1/late')).status).toBe(404)
  expect(await late('/api/caches/short/entries/late', () => larder.send('DELETE', '/admin/caches/short'))).toBe('404')
})
