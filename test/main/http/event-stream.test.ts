import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EventStreamOptions } from '../../../src/main/http/event-stream'
import type { EventTopic, LarderEvent } from '../../../src/shared/events'
import { EventEmitter, once } from 'node:events'
import { createServer, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEventHub } from '../../../src/main/base/event-hub'
import { createInFlight } from '../../../src/main/base/in-flight'
import { openEventStream, parseTopics } from '../../../src/main/http/event-stream'
import { LarderError } from '../../../src/shared/errors'
import { eventTopics } from '../../../src/shared/events'
import { recordOf } from '../../helpers/request-record'

const opening = ': Larder event stream\nretry: 1000\n\n'

/** The parts of a response that the stream uses; its socket takes nothing while `blocked`. */
class FakeResponse extends EventEmitter {
  status = 0
  headers: readonly string[] = []
  writes: string[] = []
  writableLength = 0
  writableNeedDrain = false
  destroyed = false
  ended = false
  blocked = false
  req = { socket: new EventEmitter() }

  writeHead(status: number, headers: readonly string[]): void {
    this.status = status
    this.headers = headers
  }

  write(text: string): void {
    if (this.ended || this.destroyed)
      throw new Error('Write after the end')
    this.writes.push(text)
    if (this.blocked) {
      this.writableLength += text.length
      this.writableNeedDrain = true
    }
  }

  drain(): void {
    this.blocked = this.writableNeedDrain = false
    this.writableLength = 0
    this.emit('drain')
  }

  end(): void {
    this.ended = true
    this.emit('close')
  }

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

function strictHub() {
  return createEventHub((error) => {
    throw error
  })
}

const roomy = () => createInFlight(() => 1e9).hold({}, () => {})

function open(change: Partial<EventStreamOptions> = {}) {
  const fake = new FakeResponse()
  const hub = strictHub()
  const stream = openEventStream({
    response: fake as unknown as ServerResponse,
    hub,
    sees: () => true,
    topics: () => true,
    heartbeatMs: 15_000,
    alive: () => true,
    hold: roomy(),
    ...change,
  })
  const touch = (key: string) => hub.emit('entry.touched', 'ann', { cache: 'a', key })
  return { fake, hub, stream, touch, text: () => fake.writes.slice(1).join('') }
}

/**
 * Parses server-sent events as in WHATWG HTML §9.2.6: a block without data (comments, retry) is not
 * an event.
 */
function parseEvents(text: string) {
  return text.split('\n\n').slice(0, -1).map(block =>
    block
      .split('\n')
      .filter(line => !line.startsWith(':'))).filter(lines => lines.some(line => line.startsWith('data: '))).map((
    lines,
  ) => {
    const fields = new Map(lines.map((line): [string, string] =>
      [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]))
    return {
      id: fields.get('id'),
      event: fields.get('event'),
      data: JSON.parse(fields.get('data') ?? 'null') as Record<string, unknown>,
    }
  })
}

describe('openEventStream', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    expect(vi.getTimerCount(), 'timers left').toBe(0)
    vi.useRealTimers()
  })

  it('opens with its head, a comment and the time to reconnect', () => {
    const { fake, stream } = open({ headers: ['Vary', 'Origin'] })
    expect(fake.status).toBe(200)
    expect(fake.headers).toEqual([
      'Content-Type',
      'text/event-stream; charset=utf-8',
      'X-Accel-Buffering',
      'no',
      'Vary',
      'Origin',
    ])
    expect(fake.writes).toEqual([opening])
    stream.dispose()
  })

  it('frames an event as id, topic and one line of JSON', () => {
    const { hub, stream, text } = open()
    hub.emit('entry.set', 'ann', {
      cache: 'a',
      key: 'line\r\nend\u2028 \uD800 🍐 data: x',
      kind: 'bytes',
      flags: 0,
      bytes: 3,
    })
    hub.emit('switch', null, { enabled: false })
    vi.advanceTimersByTime(50)
    expect(text().split('\n')).toHaveLength(9)
    expect(parseEvents(text())).toEqual([
      {
        id: '1',
        event: 'entry.set',
        data: { cache: 'a', key: 'line\r\nend\u2028 \uD800 🍐 data: x', kind: 'bytes', flags: 0, bytes: 3 },
      },
      { id: '2', event: 'switch', data: { enabled: false } },
    ])
    stream.dispose()
  })

  it('sends only what the reader may see and asked for', () => {
    const sees = (event: LarderEvent) => event.user === null || event.user === 'ann'
    const { hub, stream, text } = open({ sees, topics: parseTopics('cache,switch') })
    hub.emit('cache.created', 'ann', { cache: 'mine' })
    hub.emit('cache.created', 'bob', { cache: 'theirs' })
    hub.emit('switch', null, { enabled: true })
    hub.emit('settings', null, {})
    vi.advanceTimersByTime(50)
    expect(parseEvents(text()).map(e => [e.event, e.data])).toEqual([
      ['cache.created', { cache: 'mine' }],
      ['switch', { enabled: true }],
    ])
    stream.dispose()
  })

  it('gathers busy topics into few writes, and sends a rare one at once with all before it', () => {
    const { fake, hub, stream, text, touch } = open()
    for (let ms = 0; ms < 1000; ms++) {
      for (let i = 0; i < 5; i++)
        touch(`${ms}-${i}`)
      vi.advanceTimersByTime(1)
    }
    vi.advanceTimersByTime(50)
    expect(parseEvents(text())).toHaveLength(5000)
    expect(fake.writes.length).toBeLessThanOrEqual(52)
    touch('last')
    hub.emit('switch', null, { enabled: false })
    vi.advanceTimersByTime(0)
    expect(parseEvents(text()).slice(-2).map(e => e.event)).toEqual(['entry.touched', 'switch'])
    stream.dispose()
  })

  it('beats, but not onto what already waits', () => {
    const { fake, stream, text } = open({ heartbeatMs: 1000 })
    vi.advanceTimersByTime(2500)
    expect(text()).toBe(':\n\n:\n\n')
    fake.writableNeedDrain = true
    vi.advanceTimersByTime(2000)
    expect(text()).toBe(':\n\n:\n\n')
    fake.writableNeedDrain = false
    stream.dispose()
  })

  it('drops what a slow reader cannot take, and says where and how much', () => {
    const { fake, hub, stream, text, touch } = open()
    fake.blocked = true
    const size = 100_000
    for (let i = 0; i < 30; i++) {
      touch(`${i}-${'x'.repeat(size)}`)
      vi.advanceTimersByTime(20)
    }
    expect(fake.writableLength).toBeLessThan(1024 * 1024 + 2 * size)
    // The socket takes part of it, so there is room, but new events must not overtake the report of
    // the lost ones.
    fake.writableLength = size
    hub.emit('switch', null, { enabled: false })
    vi.advanceTimersByTime(20)
    const before = parseEvents(text())
    expect(before.map(e => e.event)).not.toContain('switch')
    fake.drain()
    hub.emit('switch', null, { enabled: true })
    vi.advanceTimersByTime(20)
    const after = parseEvents(text()).slice(before.length)
    expect(after.map(e => [e.event, e.data])).toEqual([
      ['lagged', { dropped: 31 - before.length, requests: {} }],
      ['switch', { enabled: true }],
    ])
    expect(parseEvents(text()).map(e =>
      e.id)).toEqual(Array.from({ length: before.length + 2 }, (_, i) => String(i + 1)))
    stream.dispose()
  })

  it('counts the requests that it drops by their result', () => {
    const { fake, hub, stream, text } = open()
    fake.blocked = true
    const request = (result: string): void =>
      hub.emit('request', 'ann', recordOf({ path: 'p'.repeat(50_000), cache: 'mine', result }))
    for (let i = 0; i < 40; i++)
      request(i % 4 === 0 ? 'miss' : 'hit')
    vi.advanceTimersByTime(20)
    fake.drain()
    vi.advanceTimersByTime(20)
    const events = parseEvents(text())
    const told = (result: string): number =>
      events.filter(event => event.event === 'request' && event.data.result === result).length
    const lost = events.at(-1)?.data.requests as Record<string, number>
    expect([told('hit') + (lost.hit ?? 0), told('miss') + (lost.miss ?? 0)]).toEqual([30, 10])
    expect(events.at(-1)?.data.dropped).toBe(40 - (events.length - 1))
    stream.dispose()
  })

  it('bounds a burst within one tick too, also for a reader who keeps up and did not ask for lagged', () => {
    const { fake, stream, text, touch } = open({ topics: parseTopics('entry') })
    for (let i = 0; i < 100; i++)
      touch('x'.repeat(50_000))
    vi.advanceTimersByTime(50)
    expect(Math.max(...fake.writes.map(write => write.length))).toBeLessThan(1024 * 1024 + 100_000)
    const events = parseEvents(text())
    expect(events.at(-1)).toMatchObject({ event: 'lagged', data: { dropped: 100 - (events.length - 1) } })
    touch('again')
    vi.advanceTimersByTime(50)
    expect(parseEvents(text()).at(-1)).toMatchObject({ event: 'entry.touched', data: { key: 'again' } })
    stream.dispose()
  })

  // S9 for the stream. Red when mayWrite() in event-stream.ts returns true without calling alive().
  it('writes nothing more once the credential is revoked, and ends', () => {
    let valid = true
    const { fake, hub, text, touch } = open({ alive: () => valid })
    touch('before')
    valid = false
    vi.advanceTimersByTime(50)
    expect(text()).toBe('')
    expect(fake.ended).toBe(true)
    expect(hub.active).toBe(false)
  })

  it('notices at the next heartbeat that a session has idled out', () => {
    let valid = true
    const { fake } = open({ alive: () => valid, heartbeatMs: 1000 })
    valid = false
    vi.advanceTimersByTime(999)
    expect(fake.ended).toBe(false)
    vi.advanceTimersByTime(1)
    expect(fake.ended).toBe(true)
  })

  // S9. Red when the line that schedules a flush for `credentialTopics` in receive() is removed.
  it.each([
    'keys',
    'users',
    'settings',
  ] as const)('notices at once when %s end its credential, where it sees no event of it', (
    topic,
  ) => {
    let valid = true
    const { fake, hub, text } = open({ alive: () => valid, topics: parseTopics('switch'), sees: () => false })
    hub.emit(topic, 'ann', {})
    vi.advanceTimersByTime(5)
    expect([fake.ended, text()]).toEqual([false, ''])
    valid = false
    hub.emit(topic, 'ann', {})
    vi.advanceTimersByTime(5)
    expect(fake.ended).toBe(true)
  })

  it('cuts the connection of a revoked reader who does not read', () => {
    let valid = true
    const { fake, hub, touch } = open({ alive: () => valid })
    fake.blocked = true
    touch('a')
    vi.advanceTimersByTime(50)
    valid = false
    hub.emit('keys', 'ann', {})
    vi.advanceTimersByTime(5)
    expect(fake.destroyed).toBe(true)
  })

  it('lets go of everything when the reader leaves', () => {
    const { fake, hub, stream, touch } = open()
    touch('waiting')
    fake.destroyed = true
    vi.advanceTimersByTime(50)
    expect(fake.writes).toEqual([opening])
    fake.emit('close')
    expect([hub.active, fake.listenerCount('close'), fake.listenerCount('drain')]).toEqual([false, 0, 0])
    stream.dispose()
    expect(fake.ended).toBe(false)
  })

  it('ends when disposed, twice too', () => {
    const { fake, hub, stream, touch } = open()
    touch('waiting')
    stream.dispose()
    stream.dispose()
    expect([fake.ended, hub.active, fake.listenerCount('drain')]).toEqual([true, false, 0])
  })
})

describe('s28 readers who take nothing', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  // Red: in src/main/http/event-stream.ts drop `response.destroy()` in `beat`, or the line `silent
  // = 0`.
  it('are cut off within two heartbeats, and not as long as they take something now and then', () => {
    const { fake, touch } = open()
    fake.blocked = true
    for (let beat = 0; beat < 5; beat++) {
      touch('a')
      vi.advanceTimersByTime(15_000)
      expect(fake.destroyed).toBe(false)
      fake.drain()
      fake.blocked = true
    }
    touch('b')
    vi.advanceTimersByTime(30_000)
    expect(fake.destroyed).toBe(true)
  })

  // Red: in src/main/http/event-stream.ts drop a call of `count`, or `hold.release()`.
  it('count into the budget of bytes in flight with all that waits, and go where it is used up', () => {
    const inFlight = createInFlight(() => 1_500_000)
    const { fake, touch } = open({ hold: inFlight.hold({}, () => fake.destroy()) })
    fake.blocked = true
    touch('x'.repeat(500_000))
    vi.advanceTimersByTime(20)
    expect(inFlight.bytes).toBeGreaterThan(500_000)
    touch('y'.repeat(200_000))
    expect(inFlight.bytes).toBeGreaterThan(900_000)
    const another = inFlight.hold({ name: 'another' }, () => expect.unreachable())
    expect(another.resize(400_000)).toBe(true)
    expect(fake.destroyed).toBe(false)
    const third = inFlight.hold({ name: 'third' }, () => expect.unreachable())
    expect(third.resize(500_000)).toBe(true)
    expect([fake.destroyed, inFlight.bytes]).toEqual([true, 900_000])
  })
})

describe('over a real server', () => {
  async function serve(change: Partial<EventStreamOptions> = {}) {
    const hub = strictHub()
    let response: ServerResponse | undefined
    const server = createServer((_, serverResponse) => {
      response = serverResponse
      openEventStream({
        response: serverResponse,
        hub,
        sees: () => true,
        topics: () => true,
        heartbeatMs: 60_000,
        alive: () => true,
        hold: roomy(),
        ...change,
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', agent: false })
    const [incoming] = await once(request, 'response') as [IncomingMessage]
    const stop = async () => {
      request.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
    return { hub, incoming, stop, backlog: () => response?.writableLength ?? 0 }
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition())
      await sleep(5)
  }

  it('reaches a reader who keeps up with every event, in order', async () => {
    const { hub, incoming, stop } = await serve()
    expect(incoming.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    })
    let text = ''
    incoming.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk))
    for (let batch = 0; batch < 50; batch++) {
      for (let i = 0; i < 100; i++)
        hub.emit('entry.touched', 'ann', { cache: 'a', key: `${batch * 100 + i}` })
      await sleep(1)
    }
    await until(() => parseEvents(text).length >= 5000)
    expect(parseEvents(text).map(e => e.data.key)).toEqual(Array.from({ length: 5000 }, (_, i) => String(i)))
    await stop()
    await until(() => !hub.active)
  })

  it('holds about a megabyte for a reader who stops reading, and tells them when they read on', async () => {
    const { hub, incoming, stop, backlog } = await serve()
    let text = ''
    incoming.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk))
    await until(() => text === opening)
    incoming.pause()
    const count = 400
    let most = 0
    for (let i = 0; i < count; i++) {
      hub.emit('entry.touched', 'ann', { cache: 'a', key: `${i}-${'x'.repeat(100_000)}` })
      if (i % 5 === 0)
        await sleep(21)
      most = Math.max(most, backlog())
    }
    expect(most).toBeGreaterThan(500_000)
    expect(most).toBeLessThan(2_500_000)
    incoming.resume()
    await until(() => text.includes('event: lagged'))
    hub.emit('switch', null, { enabled: true })
    await until(() => text.includes('event: switch'))
    const events = parseEvents(text)
    const lagged = events.find(e => e.event === 'lagged')
    expect(events.filter(e => e.event === 'entry.touched').length + Number(lagged?.data.dropped)).toBe(count)
    expect(events.map(e => e.id)).toEqual(events.map((_, i) => String(i + 1)))
    await stop()
    await until(() => !hub.active)
  })

  it('ends the answer of a revoked credential', async () => {
    let valid = true
    const { hub, incoming, stop } = await serve({ alive: () => valid })
    incoming.resume()
    valid = false
    hub.emit('keys', null, {})
    await once(incoming, 'end')
    expect(hub.active).toBe(false)
    await stop()
  })

  it('survives a reader who hangs up while events arrive', async () => {
    const { hub, incoming, stop } = await serve()
    incoming.on('error', error => expect(error.message).toBe('aborted')).destroy()
    for (let i = 0; hub.active; i++) {
      hub.emit('entry.touched', 'ann', { cache: 'a', key: `${i}` })
      await sleep(1)
    }
    await stop()
  })
})

describe('parseTopics', () => {
  const all = Object.keys(eventTopics) as EventTopic[]
  const chosen = (text: string | undefined) => all.filter(parseTopics(text))

  it('takes names, first parts, and all where nothing is said', () => {
    expect(chosen(undefined)).toEqual(all)
    expect(chosen('entry')).toEqual(['entry.set', 'entry.touched', 'entry.removed'])
    expect(chosen('cache.created, switch,switch')).toEqual(['switch', 'cache.created'])
    expect(chosen('request')).toEqual(['request'])
  })

  it.each([
    '',
    ' ',
    ',',
    'entry,',
    'entries',
    'Entry',
    'entry.',
    'entry.set.more',
    'cache.',
    '*',
    '__proto__',
    'constructor',
    'ent',
  ])('refuses %j by the name of the field', (text) => {
    const refusal = (() => {
      try {
        parseTopics(text)
      }
      catch (error) {
        return error
      }
      return undefined
    })()
    expect(refusal).toBeInstanceOf(LarderError)
    expect(refusal).toMatchObject({ code: 'invalid-input', errors: [{ field: 'topics' }] })
  })
})
