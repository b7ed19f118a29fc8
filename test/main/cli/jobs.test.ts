import type { TestLarder } from '../../helpers/start-larder'
import type { FakeLarder } from './harness'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { controlOf, larder as run, startFakeLarder } from './harness'
import { samples } from './samples'

let server: TestLarder
let fake: FakeLarder
beforeAll(async () => {
  server = await startLarder()
  fake = await startFakeLarder()
  await server.send('POST', '/admin/caches', { body: '{"name":"products","ttl":null}' })
  const operations = Array.from({ length: 30 }, (_, i) =>
    ({ op: 'set', key: `k${i}`, value: { text: 'ü'.repeat(50_000) }, tags: [i % 2 === 0 ? 'even' : 'odd'] }))
  await server.send('POST', '/api/caches/products/batch', { body: JSON.stringify({ operations }) })
})
afterAll(async () => {
  await fake.close()
  await server.dispose()
})

function larder(argv: readonly string[], more: Parameters<typeof run>[1] = {}): ReturnType<typeof run> {
  return run(['--url', server.url, ...argv], { env: { LARDER_API_KEY: ownerKey }, ...more })
}
const job = { ...samples.job, kind: 'export' }

describe('export', () => {
  it.each<[string[], number]>([
    [[], 30],
    [['--prefix', 'k1'], 11],
    [['--glob', 'k?'], 10],
    [['--tag', 'odd'], 15],
    [['--percent', '--prefix', 'k%31'], 11],
    [['--prefix', 'none'], 0],
    [['--json', '--prefix', 'k2'], 11],
  ])('%j prints %i lines, each with what stores an entry again', async (flags, count) => {
    const { code, stdout, stderr } = await larder(['export', 'products', ...flags])
    const lines = stdout.split('\n').slice(0, -1).map(line => JSON.parse(line) as { value: { text: string } })
    expect([code, lines.length]).toEqual([0, count])
    expect(lines.every(({ value }) => value.text === 'ü'.repeat(50_000))).toBe(true)
    expect(stderr).toBe(flags.includes('--json') ? '' : `Exported ${count} entries.\n`)
  })

  it.each<[string[], number, RegExp]>([
    [['nothing'], 2, /Cache nothing not found/],
    [['products', '--glob', '[a'], 1, /glob/],
    [['products', '--glob', 'a', '--tag', 'b'], 64, /either --glob or --tag/],
    [[], 64, /export needs <cache>/],
  ])('%j fails with %i', async (words, exitCode, says) => {
    const { code, stdout, stderr } = await larder(['export', ...words])
    expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringMatching(says)])
  })

  // Red: in src/main/cli/commands/jobs.ts never look at `stopped`.
  it('cancels its job when it is stopped', async () => {
    const ended = { ...job, state: 'cancelled', detail: 'This was cancelled after 1,200 entries.' }
    fake.reply({ status: 201, body: job }, { body: ended })
    const { code, stdout, stderr } = await run(['export', 'products'], {
      files: controlOf(fake.url),
      stopSignal: () => AbortSignal.abort(),
    })
    expect([code, stdout, stderr]).toEqual([1, '', 'larder: This was cancelled after 1,200 entries.\n'])
    expect(fake.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /admin/jobs',
      'POST /admin/jobs/j1/cancel',
    ])
  })

  it('waits for the end, and says why there is none', async () => {
    const failed = { ...job, state: 'failed', detail: 'The disk is full.' }
    fake.reply({ status: 201, body: job }, { body: job }, { body: failed })
    const { code, stderr } = await run(['export', 'products'], { files: controlOf(fake.url) })
    expect([code, stderr]).toEqual([1, 'larder: The disk is full.\n'])
  })
})
