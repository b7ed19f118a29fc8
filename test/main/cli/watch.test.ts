import type { RequestRecord } from '../../../src/shared/schemas'
import type { TestLarder } from '../../helpers/start-larder'
import { PassThrough, Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { patience } from '../../helpers/patience'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { larder, startFakeLarder } from './harness'

let server: TestLarder
beforeAll(async () => {
  server = await startLarder()
})
afterAll(() => server.dispose())

function put(key: string, on = server): Promise<unknown> {
  return on.send('PUT', `/api/caches/default/entries/${key}`, { body: 'v' })
}
const read = (key: string, on = server): Promise<unknown> => on.send('GET', `/api/caches/default/entries/${key}`)

interface Watching {
  stdout: () => string
  stderr: () => string
  lines: () => string[]
  until: (condition: () => boolean) => Promise<unknown>
  stop: () => void
  ended: ReturnType<typeof larder>
}

/** Watches until the test ends. The stream is open once the line of a request has come. */
async function watch(argv: readonly string[] = [], url = server.url): Promise<Watching> {
  const stop = new AbortController()
  const collect = (): { stream: PassThrough, text: () => string } => {
    let text = ''
    const stream = new PassThrough()
    stream.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk))
    return { stream, text: () => text }
  }
  const [stdout, stderr] = [collect(), collect()]
  const ended = larder(['--url', url, 'watch', ...argv], {
    env: { LARDER_API_KEY: ownerKey },
    stdout: stdout.stream,
    stderr: stderr.stream,
    stopSignal: () => stop.signal,
  })
  onTestFinished(async () => {
    stop.abort()
    await ended
  })
  return {
    stdout: stdout.text,
    stderr: stderr.text,
    lines: () => stdout.text().split('\n').slice(0, -1),
    until: condition => vi.waitUntil(condition, { timeout: patience, interval: 10 })
      .catch(() => expect.fail(`In vain: ${stdout.text()}${stderr.text()}`)),
    stop: () => stop.abort(),
    ended,
  }
}

/** Sends a request again and again until it is seen, and returns how many lines that made. */
async function untilSeen(watching: Watching, key: string, on = server): Promise<void> {
  await vi.waitUntil(async () => {
    await put(key, on)
    await turn()
    return watching.stdout().includes(key)
  }, { timeout: patience, interval: 30 })
    .catch(() => expect.fail(`${key} was not seen: ${watching.stdout()}${watching.stderr()}`))
}

describe('watch', () => {
  it('prints a line for each request, and ends with 0 when it is told to', async () => {
    const watching = await watch()
    await untilSeen(watching, 'ready')
    await read('absent-key')
    await server.send('DELETE', '/api/caches/default/entries?tag=x')
    await watching.until(() => watching.stdout().includes('/api/caches/default/entries\n'))
    expect(watching.stdout()).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} {2}GET {5}404 {2}miss \(absent\) +[\d.]+ (?:µs|ms|s) {2}default {2}absent-key$/m,
    )
    expect(watching.stdout()).toMatch(/^.* {2}PUT {5}20[14] {2}stored .* {2}default {2}ready$/m)
    watching.stop()
    expect(await watching.ended).toMatchObject({ code: 0 })
    expect(watching.stderr()).toBe('')
  })

  it.each([
    [['result:miss'], ['m']],
    [['key:s', 'verb:PUT'], ['s']],
    [['--', '-key:ready*', '-key:s'], ['m', 'end']],
    [['verb:GET -key:ready*', '--json'], ['m']],
  ])('%j shows %j', async (argv, expected) => {
    const watching = await watch(argv)
    const all = await watch(['--json'])
    await untilSeen(all, 'ready')
    await put('s')
    await read('m')
    await put('end')
    await all.until(() => all.stdout().includes('"end"'))
    await watching.until(() => expected.every(key => watching.stdout().includes(key)))
    const keys = watching.lines().map(text =>
      text.startsWith('{') ? (JSON.parse(text) as RequestRecord).key : text.split('  ').at(-1))
    expect(keys.filter(key => key !== 'ready')).toEqual(expected)
  })

  it('--json prints each record as the server has it, and keys command no terminal', async () => {
    const json = await watch(['--json'])
    const text = await watch()
    for (const each of [json, text])
      await untilSeen(each, 'ready')
    await put('a%1B%5B2J%FF')
    for (const each of [json, text])
      await each.until(() => /\[2J/.test(each.stdout()))
    expect(text.stdout()).toContain('  a\\u{1b}[2J\\xFF\n')
    // eslint-disable-next-line no-control-regex
    expect(json.stdout()).not.toMatch(/[\x00-\x09\x0B-\x1F]/)
    const last = JSON.parse(json.lines().at(-1) ?? '') as RequestRecord
    const { requests } = (await server.send('GET', '/admin/requests?limit=1')).json<{ requests: RequestRecord[] }>()
    expect(last).toEqual(requests[0])
  })

  it('goes on after a restart, says so, and prints no request twice', async () => {
    const first = await startLarder()
    const port = first.port
    const watching = await watch(['--json'], first.url)
    await untilSeen(watching, 'before', first)
    const second = await first.restart({ port })
    onTestFinished(() => second.dispose())
    await untilSeen(watching, 'after', second)
    expect(watching.stderr()).toMatch(
      /^larder: The connection is lost \(.*\)\. Connecting again …\nlarder: Connected again\. Requests in between are not shown\.\n$/,
    )
    const records = watching.lines().map(text => JSON.parse(text) as RequestRecord)
    expect(new Set(records.map(({ at, id }) => `${at} ${id}`)).size).toBe(records.length)
  })

  it('ends quietly when its reader has gone', async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    })
    const running = larder(['--url', server.url, 'watch'], { env: { LARDER_API_KEY: ownerKey }, stdout })
    const traffic = setInterval(() => void put('x'), 20)
    onTestFinished(() => clearInterval(traffic))
    expect(await running).toMatchObject({ code: 0, stderr: '' })
  })

  it('says how many requests it could not show', async () => {
    const fake = await startFakeLarder()
    onTestFinished(() => fake.close())
    const lagged = 'event: lagged\ndata: {"dropped":7,"requests":{"hit":7}}\n\n'
    fake.reply(
      { headers: { 'content-type': 'text/event-stream' }, body: `retry: 1\n\n${lagged}` },
      { status: 403, body: { title: 'T', status: 403, code: 'scope-missing', detail: 'Because.' } },
    )
    expect(await larder(['--url', fake.url, 'watch'])).toMatchObject({
      code: 4,
      stderr: 'larder: This reader was too slow: 7 requests are not shown.\n'
        + 'larder: The connection is lost (the server has ended the stream). Connecting again …\nlarder: Because.\n',
    })
  })

  it.each([
    ['result:miss nope:x', 'the filter, at character 13: There is no field nope.', '  result:miss nope:x', 12, 4],
    ['status>=many', 'the filter, at character 9: status must be a whole number', '  status>=many', 8, 4],
    ['key:東京 result:huh', 'at character 15: result must be one of', '  key:東京 result:huh', 16, 3],
  ])('%s: the error points to the place', async (filter, message, shown, blanks, marks) => {
    const { code, stderr } = await larder(['--url', server.url, 'watch', ...filter.split(' ')])
    const [first, second, third] = stderr.split('\n')
    expect([code, first]).toEqual([64, expect.stringContaining(message)])
    expect([second, third]).toEqual([`larder: ${shown}`, `larder:   ${' '.repeat(blanks)}${'^'.repeat(marks)}`])
  })

  it('says that no server answers, and that a key is refused', async () => {
    const gone = await startFakeLarder()
    await gone.close()
    expect((await larder(['--url', gone.url, 'watch'])).code).toBe(3)
    expect((await larder(['--url', server.url, 'watch'], { env: { LARDER_API_KEY: 'x'.repeat(20) } })).code).toBe(4)
  })
})
