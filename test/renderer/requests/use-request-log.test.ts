import type { ServerEvent } from '../../../src/renderer/src/api/server-event'
import type { RequestRecord } from '../../../src/shared/schemas'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { serverEvent } from '../../../src/renderer/src/api/server-event'
import { useRequestLog } from '../../../src/renderer/src/views/requests/use-request-log'
import { compileRequestFilter } from '../../../src/shared/request-filter'
import { recordOf } from '../../helpers/request-record'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }))
afterEach(() => void vi.useRealTimers())

interface Query { limit: number, before?: number, filter?: string }

/** A server with so many requests in its log, which answers on command. */
function setUp(logged: number) {
  const log: RequestRecord[] = Array.from({ length: logged }, (_, i) =>
    recordOf({ id: i + 1, result: (i + 1) % 1000 === 0 ? 'stored' : 'hit', key: `k${i + 1}` }))
  const answers: (() => void)[] = []
  let broken = false
  const listeners: ((event: ServerEvent) => void)[] = []
  const connected = shallowRef(false)
  const held = shallowRef(false)
  const filter = shallowRef('')
  const list = ({ limit, before = Infinity, filter = '' }: Query): Promise<unknown> => {
    const passes = compileRequestFilter(filter)
    const requests = log.filter(record => record.id < before && passes(record)).slice(-limit)
    return new Promise((resolve, reject) => answers.push(() => broken
      ? reject(new Error('down'))
      : resolve({ total: 0, requests, since: log[0]?.at ?? null, dropped: 0, own: 0 })))
  }
  const scope = effectScope()
  const api = {
    client: { 'requests.list': list },
    events: { connected, listen: (hear: (event: ServerEvent) => void) => listeners.push(hear) && (() => {}) },
  }
  const requests = scope.run(() => useRequestLog({ api: api as never, filter, untimed: filter, held }))
  if (!requests)
    throw new Error('The scope is not active.')
  return {
    requests,
    connected,
    held,
    filter,
    scope,
    ids: () => requests.records.value.map(({ id }) => id),
    rename(from: string, cache: string) {
      log.forEach((record, index) => log[index] = record.cache === from ? { ...record, cache } : record)
      listeners.forEach(hear => hear(serverEvent('cache.renamed', JSON.stringify({ from, cache }))))
    },
    request(key: string, cache = 'default') {
      const record = recordOf({ id: log.length + 1, key, cache })
      log.push(record)
      listeners.forEach(hear => hear(serverEvent('request', JSON.stringify(record))))
    },
    break: (now: boolean) => void (broken = now),
    async answer(count = Infinity) {
      answers.splice(0, count).forEach(give => give())
      await new Promise(resolve => setTimeout(resolve))
    },
    draw: () => void vi.advanceTimersByTime(125),
  }
}
type Bench = ReturnType<typeof setUp>

async function answerAll(bench: Bench, times: number): Promise<void> {
  for (let i = 0; i < times; i++)
    await bench.answer()
}

const down = (from: number, to: number): number[] => Array.from({ length: from - to + 1 }, (_, i) => from - i)

it('reads the older ones after the newest page, counts them, and takes them for no new ones', async () => {
  const bench = setUp(2500)
  const { requests } = bench
  await bench.answer()
  expect([bench.ids().length, requests.loaded.value, requests.extent.value]).toEqual([1000, true, 'reading'])
  vi.advanceTimersByTime(1000)
  await answerAll(bench, 3)
  expect([bench.ids(), requests.extent.value]).toEqual([down(2500, 1), 'start'])
  expect(requests.tally.value).toMatchObject({
    total: 2500,
    matching: 2500,
    results: { hit: 2498, stored: 2 },
    since: requests.oldest.value,
  })
  vi.advanceTimersByTime(1000)
  expect(requests.rate.value).toBe(0)
  bench.scope.stop()
})

// Red: in request-stream.ts let a call of `catchUp` that another overtook return true.
it('reads them too if the connection comes up while the first page is on its way', async () => {
  const bench = setUp(1500)
  bench.connected.value = true
  await nextTick()
  await bench.answer(1)
  await answerAll(bench, 3)
  expect([bench.ids(), bench.requests.extent.value]).toEqual([down(1500, 1), 'start'])
  bench.scope.stop()
})

// Red: in use-request-log.ts leave out what `takeOlder` does while the list is held.
it('held, the list gets longer at its end alone, and nothing older counts as newer', async () => {
  const bench = setUp(1500)
  await bench.answer()
  bench.held.value = true
  bench.request('new')
  bench.draw()
  await answerAll(bench, 2)
  bench.draw()
  expect([bench.ids(), bench.requests.newer.value]).toEqual([down(1500, 1), 1])
  bench.held.value = false
  expect([bench.ids(), bench.requests.newer.value]).toEqual([down(1501, 1), 0])
  bench.scope.stop()
})

it('applies the filter to all of them, also to those that come later', async () => {
  const bench = setUp(2500)
  bench.filter.value = 'result:stored'
  await bench.answer()
  expect(bench.ids()).toEqual([2000])
  await answerAll(bench, 3)
  expect([bench.ids(), bench.requests.tally.value.matching]).toEqual([[2000, 1000], 2])
  bench.filter.value = 'key:k7,new'
  await nextTick()
  bench.request('new')
  bench.draw()
  expect([bench.ids(), bench.requests.tally.value.matching]).toEqual([[2501, 7], 2])
  bench.scope.stop()
})

// Red: in use-request-log.ts leave out `older.reach` in `clear`.
it('cleared, it stays empty of what is older', async () => {
  const bench = setUp(2500)
  await bench.answer()
  bench.break(true)
  await bench.answer()
  bench.break(false)
  expect(bench.requests.problem.value).toBe('down')
  bench.requests.clear()
  bench.request('new')
  bench.draw()
  expect([bench.ids(), bench.requests.tally.value.total]).toEqual([[2501], 1])
  bench.connected.value = true
  await nextTick()
  await answerAll(bench, 3)
  expect([bench.ids(), bench.requests.extent.value]).toEqual([[2501], 'part'])
  bench.scope.stop()
})

// Red: in use-request-log.ts leave out `ring.change`, `stream.flush` in `rename` or
// `renamings.through` in `readPage`; in record-ring.ts let `change` not sift; in older-records.ts
// compare `ring.oldest` itself.
it('tells what was asked of a renamed cache under its new name, also of pages that are on their way', async () => {
  const bench = setUp(1500)
  await bench.answer()
  bench.request('late')
  bench.rename('default', 'articles')
  bench.filter.value = 'cache:articles'
  await nextTick()
  expect(bench.ids()).toEqual([1501, ...down(1500, 501)])
  await answerAll(bench, 2)
  bench.request('other')
  bench.draw()
  expect([bench.ids(), bench.requests.tally.value.matching]).toEqual([down(1501, 1), 1501])
  bench.scope.stop()
})

it('held, the list has the new name too, and nothing else of what is new', async () => {
  const bench = setUp(3)
  await answerAll(bench, 2)
  bench.held.value = true
  bench.request('new')
  bench.rename('default', 'articles')
  const listed = bench.requests.records.value.map(({ id, cache }) => [id, cache])
  expect(listed).toEqual(down(3, 1).map(id => [id, 'articles']))
  bench.draw()
  expect(bench.requests.newer.value).toBe(1)
  bench.scope.stop()
})
