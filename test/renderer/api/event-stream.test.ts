import type { SentEvent } from '../../../src/renderer/src/api/event-stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEventStream } from '../../../src/renderer/src/api/event-stream'

interface Stream { send: (text: string) => void, end: () => void, signal: AbortSignal }

function setUp(refuse: () => boolean = () => false) {
  const streams: Stream[] = []
  const waits: number[] = []
  const reads: (readonly SentEvent[])[] = []
  const states: boolean[] = []
  const read = createEventStream({
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
  const running = new AbortController()
  return {
    streams,
    waits,
    reads,
    states,
    start: () => void read(running.signal, {
      onState: state => states.push(state),
      onEvents: events => reads.push(events),
    }),
    stop: () => running.abort(),
    last: () => streams.at(-1) ?? expect.fail('no stream was opened'),
  }
}

describe('event stream', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const settle = () => vi.advanceTimersByTimeAsync(0)

  it('tells known topics as they come, and nothing after it was stopped', async () => {
    const { start, stop, reads, states, last } = setUp()
    start()
    await settle()
    expect(states).toEqual([true])
    last().send('event: switch\ndata: {"enabled":false}\n\nevent: toString\ndata: 1\n\nevent: unheard-of\ndata: 1\n\n')
    await settle()
    last().send(': beat\n\n')
    await settle()
    expect(reads).toEqual([[['switch', '{"enabled":false}']], []])
    stop()
    await settle()
    expect(last().signal.aborted).toBe(true)
    expect([states, reads.length]).toEqual([[true], 2])
  })

  it('connects again after the end, at once less eager, and as the server wishes', async () => {
    const { start, stop, streams, waits, states, last } = setUp()
    start()
    await settle()
    last().send('retry: 2000\n\n')
    await settle()
    last().end()
    await settle()
    expect(streams).toHaveLength(2)
    expect(waits).toEqual([2000])
    expect(states).toEqual([true, false, true])
    stop()
  })

  it('backs off while nobody answers, up to ten seconds, and starts anew after a success', async () => {
    let refusals = 8
    const { start, stop, waits, states, last } = setUp(() => refusals-- > 0)
    start()
    await settle()
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000])
    expect(states.at(-1)).toBe(true)
    last().end()
    await settle()
    expect(waits.at(-1)).toBe(500)
    stop()
  })

  it('takes a silent stream for dead; a heartbeat keeps it', async () => {
    const { start, stop, streams, last } = setUp()
    start()
    await vi.advanceTimersByTimeAsync(900)
    last().send(': beat\n\n')
    await vi.advanceTimersByTimeAsync(900)
    expect(streams).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(streams).toHaveLength(2)
    expect(streams[0]?.signal.aborted).toBe(true)
    stop()
  })

  it('hangs up when an event has no end', async () => {
    const { start, stop, streams, last } = setUp()
    start()
    await settle()
    last().send(`data: ${'x'.repeat(5 * 1024 * 1024)}`)
    await settle()
    expect(streams).toHaveLength(2)
    expect(streams[0]?.signal.aborted).toBe(true)
    stop()
  })
})
