import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useContact } from '../../../src/renderer/src/stores/contact'
import { LarderError } from '../../../src/shared/errors'

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => void vi.useRealTimers())

type Contact = ReturnType<typeof useContact>
type Step = (contact: Contact) => unknown

const answered: Step = contact => contact.through(async () => {})
const never: Step = contact => void contact.through(() => new Promise(() => {}))
function refused(code: 'not-ready' | 'key-invalid'): Step {
  return contact =>
    contact.through(() => Promise.reject(new LarderError(code, 'no'))).catch(() => {})
}
const wait = (seconds: number): Step => () => vi.advanceTimersByTimeAsync(seconds * 1000)
const forgotten: Step = contact => contact.forget()

it.each<[what: string, steps: readonly Step[], lost: boolean, silence: number]>([
  ['nothing was asked yet', [], false, 0],
  ['the first question has no answer', [refused('not-ready'), wait(9)], false, 0],
  ['it answers', [answered, wait(2)], false, 2],
  ['it cannot be reached', [answered, wait(12), refused('not-ready')], true, 12],
  ['it refuses, so it is there', [answered, refused('key-invalid')], false, 0],
  ['it is slow', [answered, never, wait(4)], false, 4],
  ['it does not answer', [answered, never, wait(7)], true, 7],
  ['nobody asks: the page is hidden', [answered, wait(60)], false, 60],
  ['it is back', [answered, refused('not-ready'), wait(3), answered], false, 0],
  ['another user signs in', [answered, refused('not-ready'), forgotten], false, 0],
])('%s: lost %s', async (_, steps, lost, silence) => {
  const contact = useContact()
  for (const step of steps)
    await step(contact)
  // The clock of the store ticks once a second.
  await vi.advanceTimersByTimeAsync(999)
  expect([contact.lost, contact.silence]).toEqual([lost, silence])
})
