import { expect, it, vi } from 'vitest'
import { createEventHub } from '../../../src/main/base/event-hub'

// Red when `group` of `subscribe` in src/main/base/event-hub.ts is always `listeners`: the tray
// would make the server build an event for every request.
it('a passive listener hears what is told, and makes nobody tell more', () => {
  const hub = createEventHub(vi.fn())
  const dispose = vi.fn()
  const open = vi.fn(() => ({ dispose }))
  hub.whileActive(open)
  const heard = vi.fn()
  const passive = hub.subscribe(heard, { passive: true })
  expect([hub.active, open.mock.calls.length]).toEqual([false, 0])
  hub.emit('switch', null, { enabled: false })
  expect(heard).toHaveBeenCalledExactlyOnceWith({ topic: 'switch', user: null, payload: { enabled: false } })

  const full = hub.subscribe(vi.fn())
  expect([hub.active, open.mock.calls.length]).toEqual([true, 1])
  void full.dispose()
  expect([hub.active, dispose.mock.calls.length]).toEqual([false, 1])
  void passive.dispose()
  hub.emit('switch', null, { enabled: true })
  expect(heard).toHaveBeenCalledTimes(1)
})

it('a listener that fails keeps no other from hearing', () => {
  const failed = vi.fn()
  const hub = createEventHub(failed)
  const heard = vi.fn()
  hub.subscribe(() => {
    throw new Error('mine')
  })
  hub.subscribe(heard)
  hub.subscribe(heard, { passive: true })
  hub.emit('keys', 'me', {})
  expect([failed.mock.calls.length, heard.mock.calls.length]).toEqual([1, 2])
})
