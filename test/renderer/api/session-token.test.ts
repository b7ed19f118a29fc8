import type { KeptSession } from '../../../src/renderer/src/api/session-token'
import { describe, expect, it } from 'vitest'
import { createSessionToken } from '../../../src/renderer/src/api/session-token'
import { memoryStorage } from './memory-storage'

const ada = { token: 't', user: 'ada' }
const bob = { token: 'b', user: 'bob' }

/** Tabs of a browser: one storage, and each is told what another one has changed in it. */
function createBrowser() {
  const storage = memoryStorage()
  const pages: EventTarget[] = []
  function open() {
    const page = new EventTarget()
    pages.push(page)
    const told: (KeptSession | null)[] = []
    const token = createSessionToken(storage, page)
    token.onShared(session => told.push(session))
    return { page, token, told }
  }
  /** What the browser does after a change in `by`: `key` is null if all has been cleared. */
  function tell(by: EventTarget, key: string | null = 'larder.session'): void {
    for (const page of pages) {
      if (page !== by)
        page.dispatchEvent(Object.assign(new Event('storage'), { key }))
    }
  }
  return { storage, open, tell }
}

describe('session token', () => {
  it('outlives the page, until it is taken away', () => {
    const storage = memoryStorage()
    createSessionToken(storage).set(ada)
    const next = createSessionToken(storage)
    expect(next.get()).toBe('t')
    next.set(null)
    expect(next.get()).toBeNull()
    expect(createSessionToken(storage).get()).toBeNull()
  })

  it('lives in the page alone where storage is blocked', () => {
    const token = createSessionToken(() => {
      throw new DOMException('denied', 'SecurityError')
    })
    expect(token.get()).toBeNull()
    token.set(ada)
    expect(token.get()).toBe('t')
    expect(token.shared()).toBeNull()
    token.set(null)
    expect(token.get()).toBeNull()
  })

  // Red: in src/renderer/src/api/session-token.ts return what `JSON.parse` returns.
  it.each([
    '',
    'ls_raw',
    'null',
    '[]',
    '1',
    '{"token":1,"user":"u"}',
    '{"token":"t"}',
  ])('takes %j for no session', (text) => {
    const storage = memoryStorage()
    storage().setItem('larder.session', text)
    expect(createSessionToken(storage).get()).toBeNull()
  })

  // Red: in src/renderer/src/api/session-token.ts let `get` read the storage each time.
  it('tells the other tabs, which go on with their own until they adopt it', () => {
    const { open, tell } = createBrowser()
    const [one, two] = [open(), open()]
    one.token.set(ada)
    tell(one.page)
    expect([one.told, two.told, two.token.get()]).toEqual([[], [ada], null])
    two.token.adopt(ada)
    tell(one.page)
    expect([two.told.length, two.token.get()]).toEqual([1, 't'])

    one.token.set(bob)
    tell(one.page)
    expect([two.told.at(-1), two.token.get(), two.token.shared()]).toEqual([bob, 't', bob])
    two.token.adopt(bob)
    two.token.set(null)
    tell(two.page)
    expect([one.told, one.token.get()]).toEqual([[null], 'b'])
  })

  it('hears of a storage that was cleared as a whole, and of nothing else in it', () => {
    const { storage, open, tell } = createBrowser()
    const tab = open()
    tab.token.set(ada)
    storage().clear()
    tell(new EventTarget(), 'larder.theme')
    expect(tab.told).toEqual([])
    tell(new EventTarget(), null)
    expect(tab.told).toEqual([null])
  })

  it('looks again when the browser shows a page that it had put aside', () => {
    const { open } = createBrowser()
    const [one, two] = [open(), open()]
    one.token.set(ada)
    two.page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
    expect(two.told).toEqual([])
    two.page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    expect(two.told).toEqual([ada])
  })

  // Red: in src/renderer/src/api/session-token.ts leave out `shared()?.token === own`.
  it('does not end the session that another tab has begun meanwhile', () => {
    const { open } = createBrowser()
    const [one, two] = [open(), open()]
    one.token.set(ada)
    two.token.adopt(ada)
    one.token.set(bob)
    two.token.set(null)
    expect([one.token.shared(), two.token.get()]).toEqual([bob, null])
  })
})
