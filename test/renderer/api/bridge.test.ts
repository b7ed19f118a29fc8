import type { LarderBridge } from '../../../src/shared/ipc'
import { describe, expect, it, vi } from 'vitest'
import { reactive } from 'vue'
import { createBridgeFeed } from '../../../src/renderer/src/api/bridge-feed'
import { createBridgeTransport } from '../../../src/renderer/src/api/bridge-transport'

function operations(call: (input: unknown) => Promise<unknown>): LarderBridge {
  return ({ operations: { 'caches.create': call, 'switch.get': call } }) as unknown as LarderBridge
}

describe('the bridge of the desktop window', () => {
  it('sends what JSON says, also of reactive objects', async () => {
    const call = vi.fn(async (input: unknown) => ({ ok: true, value: structuredClone(input) }))
    const { call: send } = createBridgeTransport(operations(call))
    await expect(send(
      'caches.create',
      reactive({ name: 'a', ttl: 1, eviction: undefined }),
    )).resolves.toEqual({ name: 'a', ttl: 1 })
  })

  it('throws the server\'s errors with code, fields and patience, and no other', async () => {
    const answer = (error: object) =>
      createBridgeTransport(operations(async () => ({ ok: false, error }))).call('switch.get', {})
    await expect(answer({
      code: 'invalid-input',
      message: 'no',
      errors: [{ field: 'a', message: 'b' }],
      retryAfter: 3,
    })).rejects.toMatchObject({
      name: 'LarderError',
      code: 'invalid-input',
      message: 'no',
      errors: [{ field: 'a', message: 'b' }],
      retryAfter: 3,
    })
    await expect(answer({ code: '__proto__', message: 'x' })).rejects.toMatchObject({ code: 'internal' })
    const gone = createBridgeTransport(operations(() => Promise.reject(new Error('the process is gone'))))
    await expect(gone.call('switch.get', {})).rejects.toMatchObject({ code: 'not-ready' })
  })

  it('feeds events of every topic from start to stop, once', () => {
    const topics = new Map<string, (payload: string) => void>()
    const end = vi.fn()
    const feed = createBridgeFeed({
      subscribe(topic, listener) {
        topics.set(topic, listener)
        return end
      },
    })
    const listener = vi.fn()
    const unlisten = feed.listen(listener)
    feed.start()
    feed.start()
    expect(feed.connected.value).toBe(true)
    topics.get('switch')?.('{"enabled":false}')
    expect(listener.mock.calls).toEqual([[{ topic: 'switch', payload: { enabled: false } }]])
    unlisten()
    topics.get('switch')?.('{}')
    expect(listener).toHaveBeenCalledTimes(1)
    feed.stop()
    expect([feed.connected.value, end.mock.calls.length]).toEqual([false, topics.size])
  })
})
