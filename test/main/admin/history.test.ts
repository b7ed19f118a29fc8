import type { Principal } from '../../../src/main/base/principal'
import type { HistoryScope } from '../../../src/main/serving/history/history'
import { expect, it } from 'vitest'
import { missReasons } from '../../../src/shared/miss-reasons'
import { mapRows } from '../../../src/shared/rows'
import { codeOf, refusal, startAdministration } from './harness'

async function start() {
  const asked: [HistoryScope, string, number][] = []
  const columns = { hits: [], stale: [], misses: {}, off: [], evictions: [], p50: [], p99: [], bytes: [] }
  const empty = { step: 1, first: 0, rows: 0, ...columns, events: [] }
  const larder = await startAdministration({
    history: {
      read(...question) {
        asked.push(question)
        return empty
      },
      minute: () => ({ seconds: 0, hits: 0, misses: mapRows(missReasons, () => 0), evictions: 0 }),
    },
  })
  const bob: Principal = { ...larder.owner, userId: 'bob', admin: false }
  return { ...larder, asked, bob }
}

// Red: in src/main/admin/history.ts read 'all' for everybody.
it('is that of the caller’s caches; administrators see all of the server', async () => {
  const { call, asked, bob, owner, metadata } = await start()
  await call('caches.create', { name: 'a', ttl: 1 })
  const id = metadata.caches.list().find(({ name, userId }) => name === 'a' && userId === owner.userId)?.id
  await call('history.get')
  await call('history.get', { span: 'minutes', after: 60 }, bob)
  await call('history.get', { cache: 'a' })
  expect(asked).toEqual([['all', 'seconds', 0], [{ space: 'bob' }, 'minutes', 60], [{ cache: id }, 'seconds', 0]])
  expect(await codeOf(call('history.get', { cache: 'a' }, bob))).toBe('cache-not-found')
})

it.each([
  [{ span: 'hours' }, 'span'],
  [{ after: -1 }, 'after'],
  [{ after: 1.5 }, 'after'],
  [{ cache: 'no spaces' }, 'cache'],
])('refuses %j', async (input, field) => {
  const { call, asked } = await start()
  expect(await refusal(call('history.get', input))).toMatchObject({ code: 'invalid-input', fields: [field] })
  expect(asked).toEqual([])
})
