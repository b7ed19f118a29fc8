import type { FakeLarder } from './harness'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { recordOf } from '../../helpers/request-record'
import { larder, startFakeLarder } from './harness'

let server: FakeLarder
beforeAll(async () => {
  server = await startFakeLarder()
})
afterAll(() => server.close())

const since = '2026-01-01T00:00:00.000Z'
const env = { LARDER_API_KEY: 'x'.repeat(20) }
const there = (...argv: string[]) => larder(['--url', server.url, 'requests', ...argv], { env })
const record = recordOf({ id: 7, key: 'pear', result: 'miss', reason: 'absent' })

it('counts, and says where the next question begins', async () => {
  server.reply({ body: { count: 3, last: 41, since, dropped: 0 } })
  expect(await there('count', 'result:miss', '--after', '12')).toMatchObject({
    code: 0,
    stdout: '3\n',
    stderr: `Since ${since}; the newest has the id 41.\n`,
  })
  expect(server.requests.at(-1)?.url).toBe('/admin/requests/count?filter=result%3Amiss&after=12')
})

it('waits, and prints what came', async () => {
  server.reply({ body: { count: 1, requests: [record], last: 8 } })
  const { code, stdout } = await there('wait', 'key:pear', '--after', '6', '--for', '10s')
  expect([code, stdout]).toEqual([0, expect.stringContaining('miss (absent)')])
  const body = JSON.parse(String(server.requests.at(-1)?.body)) as unknown
  expect(body).toMatchObject({ filter: 'key:pear', after: 6, timeout: expect.closeTo(10, 0) })
})

it('says what came instead, with exit code 1', async () => {
  const detail = '0 of 1 request matched in time. No other request came.'
  server.reply({
    status: 408,
    body: { type: 'about:blank', title: 'Waited in vain', status: 408, code: 'wait-timeout', detail },
  })
  expect(await there('wait', '--after', '0', '--for', '1s')).toMatchObject({ code: 1, stderr: `larder: ${detail}\n` })
})

it('clears without a question to a script', async () => {
  server.reply({ body: { cleared: 1 } })
  expect(await there('clear')).toMatchObject({ code: 0, stdout: 'Cleared 1 request.\n' })
  expect(server.requests.at(-1)).toMatchObject({ method: 'DELETE', url: '/admin/requests' })
})

it('exports lines, or none', async () => {
  const lines = `${JSON.stringify(record)}\n`
  server.reply({ headers: { 'content-type': 'application/x-ndjson' }, body: lines })
  expect(await there('export', 'key:pear')).toMatchObject({ code: 0, stdout: lines })
  server.reply({ headers: { 'content-type': 'application/x-ndjson' }, body: '' })
  expect(await there('export')).toMatchObject({ code: 0, stdout: '' })
})

it.each([
  [['count', 'nope:1'], 'larder: the filter, at character 1: There is no field nope.'],
  [['count', '--after', 'x'], 'larder: --after x: must be a whole number'],
  [['wait', '--count', '0'], 'larder: --count 0: must be a whole number'],
  [['wait', '--for', 'soon'], 'larder: --for soon: must be a time'],
])('%j is wrong usage', async (argv, message) => {
  const { code, stderr } = await there(...argv)
  expect([code, stderr.slice(0, message.length)]).toEqual([64, message])
})
