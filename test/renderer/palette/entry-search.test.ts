import type { FoundEntries } from '../../../src/renderer/src/palette/entry-search'
import type { EntryQuestion } from '../../../src/renderer/src/palette/search'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createEntrySearch } from '../../../src/renderer/src/palette/entry-search'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

interface Asked {
  question: EntryQuestion
  signal: AbortSignal
  answer: (keys: string[]) => void
  fail: () => void
}

function setUp() {
  const asked: Asked[] = []
  const told: (FoundEntries | null)[] = []
  const search = createEntrySearch({
    read: (question, signal) => new Promise((resolve, reject) => {
      asked.push({ question, signal, answer: resolve, fail: () => reject(new Error('lost')) })
    }),
    tell: found => told.push(found),
  })
  return { asked, told, search, rest: () => vi.advanceTimersByTimeAsync(200) }
}
const of = (prefix: string, cache = 'products'): EntryQuestion => ({ cache, prefix })

// Red: in src/renderer/src/palette/entry-search.ts let `ask` call `look` without the timer.
it('asks once for what is typed in one go', async () => {
  const { asked, search, rest } = setUp()
  for (const prefix of ['u', 'us', 'use'])
    search.ask(of(prefix))
  await rest()
  expect(asked.map(({ question }) => question.prefix)).toEqual(['use'])
})

// Red: let `stop` not abort.
it('drops an answer that comes too late', async () => {
  const { asked, told, search, rest } = setUp()
  search.ask(of('u'))
  await rest()
  search.ask(of('c'))
  await rest()
  asked[1]?.answer(['cart'])
  asked[0]?.answer(['user'])
  await rest()
  expect(asked[0]?.signal.aborted).toBe(true)
  expect(told).toEqual([{ ...of('c'), keys: ['cart'] }])
})

it('narrows down what it knows until the answer comes, and forgets it for another question', async () => {
  const { asked, told, search, rest } = setUp()
  search.ask(of('u'))
  await rest()
  asked[0]?.answer(['user:1', 'user:2', 'umbrella'])
  await rest()
  search.ask(of('user:2'))
  expect(told.at(-1)).toEqual({ ...of('user:2'), keys: ['user:2'] })
  search.ask(of('user:2', 'default'))
  expect(told.at(-1)).toBe(null)
  search.ask(null)
  await rest()
  expect(asked).toHaveLength(1)
})

it('finds nothing where the server fails', async () => {
  const { asked, told, search, rest } = setUp()
  search.ask(of('u'))
  await rest()
  asked[0]?.fail()
  await rest()
  expect(told).toEqual([null])
})
