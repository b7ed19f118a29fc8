import type { JobInfo } from '../../../src/shared/jobs'
import type { Answer } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { entrySorts } from '../../../src/shared/entries'
import { evictionNames } from '../../../src/shared/evictions'
import { limits } from '../../../src/shared/limits'
import { send } from '../../helpers/http-client'
import { launchServer } from '../../helpers/launch-server'
import { startLarder } from '../../helpers/start-larder'
import { manage } from './support'

const entries = '/api/caches/products/entries'
const mergePatch = { 'Content-Type': 'application/merge-patch+json' }
function repeated(open: string, item: string, bytes: number, close: string): Buffer {
  return Buffer.concat([Buffer.from(open), Buffer.alloc(bytes, item), Buffer.from(close)])
}

describe('what is refused before anybody works on it', () => {
  let larder: TestLarder

  beforeAll(async () => {
    larder = await startLarder()
    await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: null })
  })
  afterAll(() => larder.dispose())

  const many = limits.jsonElements
  // Red: in src/main/http/json-body.ts, or in src/main/cache/merge-patch.ts, leave out the check of
  // `elements`.
  it.each([
    ['POST', '/api/set-cache', repeated('{"cacheName":"products","data":{"id":"a","x":[', '[],', many * 2, '[]]}}')],
    ['POST', '/api/caches/products/batch', repeated('{"operations":[', '0,', many * 2, '0]}')],
    ['POST', '/api/caches/products/batch', repeated('', '{},', many * 2, '')],
    ['PATCH', `${entries}/document`, repeated('{"a":[', '1,', limits.patchElements * 2, '1]}')],
    ['PATCH', '/admin/settings', repeated('{"a":[', '1,', many * 2, '1]}')],
  ] as const)('%s %s: a body of too many elements', async (method, path, body) => {
    await larder.send('PUT', `${entries}/document`, { body: '{}' })
    const parse = vi.spyOn(JSON, 'parse')
    onTestFinished(() => parse.mockRestore())
    const answer = await larder.send(
      method,
      path,
      { headers: method === 'PATCH' && path.startsWith(entries) ? mergePatch : {}, body },
    )
    const parsed = parse.mock.calls.filter(([text]) => String(text).length > 1000)
    expect([answer.status, parsed.length]).toEqual([413, 0])
    expect(answer.text).toContain('JSON elements')
    expect((await larder.send('GET', `${entries}/document`)).text).toBe('{}')
  })

  // Red: in src/main/cache/merge-patch.ts check only the patch.
  it('a value of too many elements cannot be patched, and stays', async () => {
    const value = repeated('{"a":[', '1,', limits.patchElements * 2, '1]}')
    await larder.send('PUT', `${entries}/large`, { body: value })
    const answer = await larder.send('PATCH', `${entries}/large`, { headers: mergePatch, body: '{"b":1}' })
    expect([answer.status, answer.json()]).toMatchObject([
      413,
      { code: 'too-large', detail: 'The value has more than 20,000 JSON elements; it is too large to be patched.' },
    ])
    expect((await larder.send('GET', `${entries}/large`)).body.equals(value)).toBe(true)
  })

  // Red: in src/shared/validation.ts leave out `slice(0, mostErrors)` and the `break`: 10,000
  // errors are then reported.
  it('a batch of 10,000 wrong operations is told twenty of them', async () => {
    const body = JSON.stringify({
      operations: Array.from({ length: limits.batchOperations }, () => ({ op: 'fly', key: 1 })),
    })
    const answer = await larder.send('POST', '/api/caches/products/batch', { body })
    const { errors } = answer.json<{ errors: { field: string }[] }>()
    expect([answer.status, errors.length, errors.at(-1)?.field]).toEqual([400, 20, 'operations.19.op'])
    expect(answer.text.length).toBeLessThan(10_000)
  })

  // Red: in src/main/http/data-plane/batch.ts, native.ts or classic.ts read a body of any size.
  it.each([
    ['POST', '/api/caches/products/batch', limits.jsonBody],
    ['POST', '/api/set-cache', limits.jsonBody],
    ['PATCH', `${entries}/document`, limits.patch],
  ] as const)('%s %s: a body above the limit of JSON bodies', async (method, path, limit) => {
    await manage(larder, 'PATCH', '/admin/settings', { valueLimit: limits.valueMax })
    const answer = await larder.send(
      method,
      path,
      { headers: { ...mergePatch, 'Content-Length': String(limit + 1), 'Expect': '100-continue' } },
    )
    expect(answer.status).toBe(413)
  })

  // Red: in src/main/cache/glob.ts leave out the check of `limits.globParts`.
  it('a glob of too many parts, in a list and in an invalidation', async () => {
    for (const method of ['GET', 'DELETE']) {
      const answer = await larder.send(
        method,
        `${entries}?glob=${encodeURIComponent('?'.repeat(limits.globParts + 1))}`,
      )
      expect([answer.status, answer.json()]).toMatchObject([400, { errors: [{ field: 'glob' }] }])
    }
  })
})

// Durations of a separate process, which nothing else may slow down, so they run only on request.
// Build first.
describe.runIf(process.env.LARDER_HARD === '1')('with LARDER_HARD=1, at full size', () => {
  /** Maximum milliseconds of work. The machine's scheduling delays are measured first. */
  const mostWork = 50

  it('no request holds the event loop, and hits go on', { timeout: 600_000 }, async () => {
    const server = await launchServer()
    onTestFinished(() => server.stop().then(() => {}))
    const port = Number(new URL(server.url).port)
    const call = (
      method: string,
      path: string,
      body?: string | Buffer,
      headers: Record<string, string> = {},
    ): Promise<Answer> =>
      send(
        port,
        method,
        path,
        { headers: { 'Api-Key': server.apiKey, 'Content-Type': 'application/json', ...headers }, body },
      )
    const delay = async (): Promise<number> =>
      Number(/event_loop_delay_seconds\{quantile="1"\} (\S+)/.exec((await call('GET', '/metrics')).text)?.[1]) * 1000
    const fill = async (cache: string): Promise<void> => {
      await call('POST', '/admin/caches', JSON.stringify({ name: cache, ttl: null }))
      for (let from = 0; from < 1_000_000; from += 10_000) {
        expect(
          (await call(
            'POST',
            `/api/caches/${cache}/batch`,
            JSON.stringify({
              operations: Array.from({ length: 10_000 }, (_, index) =>
                ({ op: 'set', key: `k${from + index}`, value: { text: 'x' }, ...index % 10 === 0 && { tags: ['t'] } })),
            }),
          )).status,
        ).toBe(200)
      }
    }
    const figures: Record<string, string> = {}
    const late: string[] = []
    let hits = 0
    const attack = { goesOn: true }
    await call('PATCH', '/admin/settings', JSON.stringify({ memory: 2 ** 29 }))
    await fill('products')
    await call('PUT', '/v1/hot', 'x')
    const client = (async () => {
      while (attack.goesOn) {
        expect((await call('GET', '/v1/hot')).status).toBe(200)
        hits++
      }
    })()
    await delay()
    await sleep(5000)
    const noise = await delay()
    figures.nothing = `${noise.toFixed(0)} ms at most`
    const strike = async (
      name: string,
      status: number,
      method: string,
      path: string,
      body?: Buffer | string,
      headers = {},
    ): Promise<void> => {
      await delay()
      const before = hits
      const start = performance.now()
      const answer = await call(method, path, body, headers)
      const worst = await delay()
      figures[name] = `${worst.toFixed(0)} ms at most, ${(performance.now() - start).toFixed(0)} ms in all, ${hits - before} hits meanwhile`
      expect(answer.status, `${name}: ${answer.text.slice(0, 200)}`).toBe(status)
      if (worst > mostWork + 2 * noise)
        late.push(`${name}: ${worst}`)
    }
    const api = '/api/caches/products'
    const glob = encodeURIComponent(`*${'?'.repeat(150)}${'[a-z]'.repeat(100)}`)
    await strike('glob', 200, 'DELETE', `${api}/entries?glob=${glob}`)
    await strike('prefix, nothing matches', 200, 'DELETE', `${api}/entries?prefix=zz`)
    await strike('prefix, dry run', 200, 'DELETE', `${api}/entries?prefix=k&dryRun`)
    await strike('tag, soft', 200, 'DELETE', `${api}/entries?tag=t&soft`)
    await strike('tag', 200, 'DELETE', `${api}/entries?tag=t`)
    await strike(
      'set-cache of 16 MB of lists',
      413,
      'POST',
      '/api/set-cache',
      repeated('{"cacheName":"products","data":{"id":"a","x":[', '[],', 16_000_000, '[]]}}'),
    )
    await strike(
      'set-cache of 4 MB of text',
      200,
      'POST',
      '/api/set-cache',
      repeated('{"cacheName":"products","data":{"id":"a","x":"', 'x', 4_000_000, '"}}'),
    )
    await strike(
      'batch of 16 MB of zeros',
      413,
      'POST',
      `${api}/batch`,
      repeated('{"operations":[', '0,', 16_000_000, '0]}'),
    )
    await strike(
      'batch of 33 MB of zeros',
      413,
      'POST',
      `${api}/batch`,
      repeated('{"operations":[', '0,', 33_000_000, '0]}'),
    )
    await call('PUT', `${api}/entries/document`, '{}')
    await strike(
      'patch of 1 MB of numbers',
      413,
      'PATCH',
      `${api}/entries/document`,
      repeated('{"a":[', '1,', 1_000_000, '1]}'),
      mergePatch,
    )
    await strike(
      'patch of 16 MB of numbers',
      413,
      'PATCH',
      `${api}/entries/document`,
      repeated('{"a":[', '1,', 16_000_000, '1]}'),
      mergePatch,
    )
    for (const eviction of [...evictionNames, ...evictionNames]) {
      await strike(
        `another eviction policy: ${eviction}`,
        200,
        'PATCH',
        '/admin/caches/products',
        JSON.stringify({ eviction }),
      )
    }
    await strike('fewer entries', 200, 'PATCH', '/admin/caches/products', '{"maxEntries":1000}')
    await fill('more')
    await strike('all that is there', 200, 'DELETE', `/api/caches/more/entries?prefix=k`)
    await fill('listed')
    for (const sort of entrySorts)
      expect((await call('GET', `/api/caches/listed/entries?glob=k*7*&sort=${sort}`)).status).toBe(200)
    await strike('all that is there, with pattern lists open', 200, 'DELETE', `/api/caches/listed/entries?prefix=k`)
    await fill('jobs')
    const job = (await call('POST', '/admin/jobs', '{"kind":"delete","cache":"jobs","select":[{"glob":"*k*1*2*"}]}'))
      .json<JobInfo>()
    const asked = performance.now()
    expect((await call('POST', `/admin/jobs/${job.id}/cancel`)).json()).toMatchObject({ state: 'cancelled' })
    const cancelled = performance.now() - asked
    figures['cancelling a job'] = `${cancelled.toFixed(0)} ms`
    expect(cancelled).toBeLessThan(200 + 2 * noise)
    await call('POST', '/admin/jobs', '{"kind":"export","cache":"jobs"}')
    await delay()
    await sleep(3000)
    const exporting = await delay()
    figures['an export of all'] = `${exporting.toFixed(0)} ms at most`
    expect((await call('GET', '/admin/jobs')).json<JobInfo[]>()[0]?.matched).toBeGreaterThan(1000)
    if (exporting > mostWork + 2 * noise)
      late.push(`an export: ${exporting}`)
    await fill('rest')
    await strike('flush', 200, 'POST', '/admin/caches/rest/flush')
    await fill('last')
    await call('PATCH', '/admin/settings', JSON.stringify({ memory: 170_000_000, valueLimit: limits.valueMax }))
    await strike('a value of 64 MB', 201, 'PUT', '/api/caches/last/entries/large', Buffer.alloc(64_000_000))
    attack.goesOn = false
    await client
    console.log(figures)
    expect(late).toEqual([])
  })
})
