import type { Api } from '../../src/renderer/src/api/api'
import type { ServerEventListener } from '../../src/renderer/src/api/server-event'
import type { EventTopic } from '../../src/shared/events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, effectScope, nextTick, shallowRef } from 'vue'
import { concernsCache, serverEvent } from '../../src/renderer/src/api/server-event'
import { apiKey } from '../../src/renderer/src/composables/use-api'
import { useResource } from '../../src/renderer/src/composables/use-resource'

const interval = 400

/** Shows a resource in a screen until `leave`; `fails` makes its reads fail. */
function show({ topics, loaded = false }: { topics?: EventTopic[], loaded?: boolean } = {}) {
  const listeners = new Set<ServerEventListener>()
  const connected = shallowRef(false)
  const also = shallowRef(0)
  const state = { fails: false, reads: 0 }
  const listen = (listener: ServerEventListener): (() => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  const app = createApp({})
  app.provide(apiKey, { events: { connected, listen } } as unknown as Api)
  const scope = effectScope()
  const problem = app.runWithContext(() => scope.run(() => useResource({
    topics,
    also,
    loaded: () => loaded,
    read: async () => {
      state.reads++
      if (state.fails)
        throw new Error('no answer')
    },
  })))
  const tell = (topic: EventTopic): void => listeners.forEach(listener => listener(serverEvent(topic, '{}')))
  return { state, connected, also, problem, tell, leave: () => scope.stop() }
}

describe('a resource', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const later = (): Promise<unknown> => vi.advanceTimersByTimeAsync(interval)

  // Red: leave out `immediate: true`, `topic === 'lagged'`, `events.connected` or `also`.
  it.each<[what: string, change: (screen: ReturnType<typeof show>) => void, reads: number]>([
    ['nothing', () => {}, 1],
    ['an event that changes it', ({ tell }) => tell('keys'), 2],
    ['an event that does not', ({ tell }) => tell('users'), 1],
    ['events that were lost', ({ tell }) => tell('lagged'), 2],
    ['the connection', ({ connected }) => connected.value = true, 2],
    ['what else changes it', ({ also }) => also.value++, 2],
    ['ten events at once', ({ tell }) => Array.from({ length: 10 }).forEach(() => tell('keys')), 3],
  ])('is read at once, and after %s', async (_, change, reads) => {
    const screen = show({ topics: ['keys'] })
    await later()
    change(screen)
    await nextTick()
    await later()
    expect(screen.state.reads).toBe(reads)
  })

  // Red: leave out `unlisten()` or `refresher.stop()`.
  it('is read no more when its screen was left', async () => {
    const screen = show()
    screen.leave()
    screen.tell('keys')
    await later()
    screen.tell('keys')
    await later()
    expect(screen.state.reads).toBe(1)
  })

  // Red: leave out `loaded()` or `problem.value = ''`.
  it.each([
    [false, 'This could not be read: no answer. The console tries again every 5 seconds.'],
    [true, ''],
  ])('with something to show: %s, a failure says %j', async (loaded, says) => {
    const { state, problem, tell } = show({ loaded })
    state.fails = true
    await later()
    tell('keys')
    await later()
    expect(problem?.value).toBe(says)
    state.fails = false
    tell('keys')
    await later()
    expect(problem?.value).toBe('')
  })

  // Red: in src/renderer/src/composables/use-resource.ts leave `retry = setTimeout(…)` out.
  it('is tried again by itself until there is something to show', async () => {
    const { state, problem, tell, leave } = show()
    state.fails = true
    await later()
    tell('keys')
    await vi.advanceTimersByTimeAsync(12_000)
    expect(state.reads).toBeGreaterThan(2)
    state.fails = false
    await vi.advanceTimersByTimeAsync(6000)
    expect(problem?.value).toBe('')
    const { reads } = state
    await vi.advanceTimersByTimeAsync(60_000)
    expect(state.reads).toBe(reads)
    leave()
  })
})

describe('an event of the server', () => {
  it('is parsed once, when it is asked for what it carries', () => {
    const parse = vi.spyOn(JSON, 'parse')
    const event = serverEvent('cache.flushed', '{"cache":"a","matched":1}')
    expect(parse).toHaveBeenCalledTimes(0)
    expect([event.payload, event.payload]).toEqual([{ cache: 'a', matched: 1 }, { cache: 'a', matched: 1 }])
    expect(parse).toHaveBeenCalledTimes(1)
    parse.mockRestore()
  })

  it.each<[EventTopic, boolean]>([
    ['request', true],
    ['entry.set', true],
    ['cache.deleted', true],
    ['keys', false],
    ['lagged', false],
    ['switch', false],
  ])('%s concerns a cache: %s', (topic, concerns) => expect(concernsCache(serverEvent(topic, '{}'))).toBe(concerns))
})
