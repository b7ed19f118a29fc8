import { describe, expect, it } from 'vitest'
import { createSessionToken } from '../../../src/renderer/src/api/session-token'
import { memoryStorage } from './memory-storage'

describe('session token', () => {
  it('outlives the page, until it is taken away', () => {
    const storage = memoryStorage()
    createSessionToken(storage).set('t')
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
    token.set('t')
    expect(token.get()).toBe('t')
  })
})
