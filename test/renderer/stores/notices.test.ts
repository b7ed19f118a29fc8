import { LarderError } from '@shared/errors'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { useNotices } from '../../../src/renderer/src/stores/notices'

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  return () => vi.useRealTimers()
})

// Red: in src/renderer/src/stores/notices.ts leave `undo` out of what failed.
it.each([
  ['not possible now', new LarderError('caching-off', 'Off.'), true],
  ['never possible again', new Error('Changed again.'), false],
])('an undo that is %s', async (_, error, isKept) => {
  const notices = useNotices()
  const undo = vi.fn(() => Promise.reject(error))
  expect(await notices.tell(undo, undo)).toBe(false)
  expect(notices.list).toMatchObject([{ kind: 'failed', text: error.message }])
  expect(notices.list[0]?.undo).toBe(isKept ? undo : undefined)
})
