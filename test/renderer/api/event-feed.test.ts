import type { ServerEvent } from '../../../src/renderer/src/api/server-event'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEventFeed } from '../../../src/renderer/src/api/event-feed'

interface Stream { send: (text: string) => void, end: () => void, signal: AbortSignal }

function setUp(refuse: () => boolean = () => false) {
  const streams: Stream[] = []
  const waits: number[] = []
  const events: ServerEvent[] = []
  const feed = createEventFeed({
    random: () => 1,
    silence: 1000,
    wait: async (milliseconds) => { waits.push(milliseconds) },
    open: async (signal) => {
      if (refuse())
        throw new TypeError('refused')
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          signal.addEventListener('abort', () => controller.error(signal.reason))
          streams.push({
            signal,
            send: text => controller.enqueue(new TextEncoder().encode(text)),
            end: () => controller.close(),
          })
        },
      })
      return new Response(body)
    },
  })
  feed.listen(event => events.push(event))
  return { feed, streams, waits, events, last: () => streams.at(-1) ?? expect.fail('no stream was opened') }
}

describe('event feed', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const settle = () => vi.advanceTimersByTimeAsync(0)

  it('tells known topics as they come, and none after it was stopped', async () => {
    const { feed, events, last } = setUp()
    feed.start()
    feed.start()
    await settle()
    expect(feed.connected.value).toBe(true)
    last().send('event: switch\ndata: {"enabled":false}\n\nevent: toString\ndata: 1\n\nevent: unheard-of\ndata: 1\n\n')
    await settle()
    expect(events).toEqual([{ topic: 'switch', payload: { enabled: false } }])
    feed.stop()
    await settle()
    expect(feed.connected.value).toBe(false)
    expect(last().signal.aborted).toBe(true)
  })

  it('connects again after the end, at once less eager, and as the server wishes', async () => {
    const { feed, streams, waits, last } = setUp()
    feed.start()
    await settle()
    last().send('retry: 2000\n\n')
    await settle()
    last().end()
    await settle()
    expect(streams).toHaveLength(2)
    expect(waits).toEqual([2000])
    expect(feed.connected.value).toBe(true)
    feed.stop()
  })

  it('backs off while nobody answers, up to ten seconds, and starts anew after a success', async () => {
    let refusals = 8
    const { feed, waits, last } = setUp(() => refusals-- > 0)
    feed.start()
    await settle()
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000])
    expect(feed.connected.value).toBe(true)
    last().end()
    await settle()
    expect(waits.at(-1)).toBe(500)
    feed.stop()
  })

  it('takes a silent stream for dead; a heartbeat keeps it', async () => {
    const { feed, streams, last } = setUp()
    feed.start()
    await vi.advanceTimersByTimeAsync(900)
    last().send(': beat\n\n')
    await vi.advanceTimersByTimeAsync(900)
    expect(streams).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(streams).toHaveLength(2)
    expect(streams[0]?.signal.aborted).toBe(true)
    feed.stop()
  })

  it('hangs up when an event has no end', async () => {
    const { feed, streams, last } = setUp()
    feed.start()
    await settle()
    last().send(`data: ${'x'.repeat(5 * 1024 * 1024)}`)
    await settle()
    expect(streams).toHaveLength(2)
    expect(streams[0]?.signal.aborted).toBe(true)
    feed.stop()
  })

  it('a stop and a start in one breath leave one stream', async () => {
    const { feed, streams } = setUp()
    feed.start()
    feed.stop()
    feed.start()
    await settle()
    expect(feed.connected.value).toBe(true)
    expect(streams.filter(stream => !stream.signal.aborted)).toHaveLength(1)
    feed.stop()
  })
})
