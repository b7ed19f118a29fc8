import type { FakeLarder } from './harness'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { larder, startFakeLarder } from './harness'

let server: FakeLarder
beforeAll(async () => {
  server = await startFakeLarder()
})
afterAll(() => server.close())

const group = {
  name: 'user: 7',
  cache: 'products',
  requests: 19,
  reads: 15,
  misses: 14,
  reason: 'expired',
  reasonMisses: 12,
  last: '2026-01-01T00:00:09.000Z',
}
const good = { ...group, name: 'good', misses: 0, reason: null, reasonMisses: 0 }
const since = '2026-01-01T00:00:00.000Z'
const env = { LARDER_API_KEY: 'x'.repeat(20) }
const there = (...argv: string[]) => larder(['--url', server.url, 'top', ...argv], { env })

it('prints the groups that miss most, and since when', async () => {
  server.reply({ body: { groups: [group, good], total: 2, requests: 38, since } })
  const { code, stdout, stderr } = await there('cache:products', 'status>=200')
  expect([code, stderr]).toEqual([0, `Since ${since}, 2 in all.\n`])
  expect(stdout.split('\n').map(line => line.trim().split(/ {2,}/))).toEqual([
    ['misses', 'reads', 'requests', 'mostly', 'cache', 'key'],
    ['14', '15', '19', 'expired (12)', 'products', 'user: 7'],
    ['0', '15', '19', '–', 'products', 'good'],
    [''],
  ])
  expect(server.requests.at(-1)?.url)
    .toBe('/admin/requests/groups?by=key&limit=20&filter=cache%3Aproducts%20status%3E%3D200')
})

it('groups by something else, and says that there is nothing', async () => {
  server.reply({ body: { groups: [], total: 0, requests: 0, since: null } })
  expect(await there('--by', 'reason', '--limit', '5')).toMatchObject({ code: 0, stderr: 'The log is empty.\n' })
})

it.each([
  [['nope:1'], 'larder: the filter, at character 1: There is no field nope.'],
  [['--by', 'colour'], 'larder: --by colour: must be one of key, cache, reason, apikey'],
  [['--limit', '0'], 'larder: --limit 0: must be'],
])('%j is wrong usage', async (argv, message) => {
  const { code, stderr } = await there(...argv)
  expect([code, stderr.slice(0, message.length)]).toEqual([64, message])
})
