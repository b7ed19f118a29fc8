import type { EventReader } from '../../../src/main/desktop/event-reader'
import type { EventBatch } from '../../../src/shared/ipc'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEventHub } from '../../../src/main/base/event-hub'
import { createEventReader } from '../../../src/main/desktop/event-reader'
import { recordOf } from '../../helpers/request-record'

const hub = createEventHub((error) => {
  throw error
})
let reader: EventReader

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] })
  reader = createEventReader({ hub, sees: ({ user }) => user !== 'other', most: 100 })
})
afterEach(async () => {
  await reader.dispose()
  vi.useRealTimers()
})

function set(key: string, user = 'me'): void {
  return hub.emit('entry.set', user, { cache: 'default', key, kind: 'bytes', flags: 0, bytes: 1 })
}
const topics = (batch: EventBatch): string[] => batch.map(([topic]) => topic)

/** Returns the result of the promise if it is already settled, otherwise null. */
async function arrived(promise: Promise<EventBatch>): Promise<EventBatch | null> {
  return await Promise.race([promise, Promise.resolve().then(() => Promise.resolve()).then(() => null)])
}

describe('events for the window', () => {
  it('gathers what comes by the thousand, and keeps its order', async () => {
    const next = reader.next()
    for (let i = 0; i < 50; i++)
      set(`k${i}`)
    await vi.advanceTimersByTimeAsync(49)
    expect(await arrived(next)).toBeNull()
    await vi.advanceTimersByTimeAsync(1)
    expect((await next).map(([, payload]) =>
      (JSON.parse(payload) as { key: string }).key)).toEqual(Array.from({ length: 50 }, (_, i) => `k${i}`))
  })

  // The switch must change within 100 ms. Red when `schedule(isBusyTopic(…))` of
  // src/main/desktop/event-reader.ts becomes `schedule(true)`.
  it('brings the rare topics at once, with what was gathered before them', async () => {
    const next = reader.next()
    set('a')
    hub.emit('switch', null, { enabled: false })
    await vi.advanceTimersByTimeAsync(0)
    expect(topics(await next)).toEqual(['entry.set', 'switch'])
  })

  it('keeps what comes while nobody asks, and hands it out at once then', async () => {
    set('a')
    await vi.advanceTimersByTimeAsync(1000)
    const next = reader.next()
    await vi.advanceTimersByTimeAsync(0)
    expect(topics(await next)).toEqual(['entry.set'])
  })

  // Red when `sees(event) &&` is left out.
  it('shows no event of another user', async () => {
    const next = reader.next()
    set('theirs', 'other')
    set('mine')
    await vi.advanceTimersByTimeAsync(50)
    expect(await next).toHaveLength(1)
  })

  // Red when `waiting.length >= most` is left out: with a page that hangs, the main process grows
  // without limit.
  it('drops and counts what a page that hangs does not take', async () => {
    for (let i = 0; i < 130; i++)
      hub.emit('request', 'me', recordOf())
    set('late')
    await vi.advanceTimersByTimeAsync(50)
    const next = reader.next()
    await vi.advanceTimersByTimeAsync(0)
    const batch = await next
    expect(batch).toHaveLength(101)
    expect(batch.at(-1)).toEqual(['lagged', JSON.stringify({ dropped: 31, requests: { hit: 30 } })])
    const after = reader.next()
    set('again')
    await vi.advanceTimersByTimeAsync(50)
    expect(topics(await after)).toEqual(['entry.set'])
  })

  it('asks the page to read again', async () => {
    const next = reader.next()
    reader.refresh()
    await vi.advanceTimersByTimeAsync(0)
    expect(await next).toEqual([['lagged', '{"dropped":0,"requests":{}}']])
  })

  it('lets go of a call that is overtaken, and of the last one at its end', async () => {
    const first = reader.next()
    const second = reader.next()
    expect(await first).toEqual([])
    await reader.dispose()
    expect(await second).toEqual([])
    expect(hub.active).toBe(false)
  })
})
