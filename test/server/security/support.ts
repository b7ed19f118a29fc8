import type { Answer, RequestOptions } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { expect, vi } from 'vitest'
import { send } from '../../helpers/http-client'
import { patience } from '../../helpers/patience'
import { ownerKey } from '../../helpers/start-larder'

/** Runs `work` for all items, `width` at once, and collects its complaints, one per item. */
export async function wrongCells<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<string | undefined>,
  width = 16,
): Promise<string[]> {
  const wrong: string[] = []
  const rest = items[Symbol.iterator]()
  async function lane(): Promise<void> {
    for (let next = rest.next(); !next.done; next = rest.next()) {
      const complaint = await work(next.value)
      if (complaint !== undefined)
        wrong.push(complaint)
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  return wrong
}

/** Creates a client that keeps its connections, for tables of thousands of requests. */
export function createSwiftClient(
  port: number,
): {
  send: typeof send extends (port: number, ...rest: infer R) => infer A ? (...rest: R) => A : never
  close: () => void
} {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  return {
    send: (method, path, options) => send(port, method, path, { ...options, agent }),
    close: () => agent.destroy(),
  }
}

/** Returns status and headers of a response that may never end, such as the event stream. */
export function head(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<Pick<Answer, 'status' | 'headers'>> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: { Host: `localhost:${port}`, ...headers },
      agent: false,
    }, (
      response,
    ) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers })
      response.destroy()
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

export const asJson = { 'Content-Type': 'application/json' }

/** Calls a control-plane operation as the owner, and asserts that it succeeds. */
export async function manage<T = Record<string, unknown>>(
  larder: Pick<TestLarder, 'send'>,
  method: string,
  path: string,
  body?: unknown,
  headers: RequestOptions['headers'] = {},
): Promise<T> {
  const answer = await larder.send(
    method,
    path,
    {
      headers: { ...headers as Record<string, string>, ...asJson },
      body: body === undefined ? undefined : JSON.stringify(body),
    },
  )
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300)
  return (answer.body.length === 0 ? undefined : answer.json()) as T
}

/** Saves the cache `default` as a snapshot, and resolves when it is there. */
export async function saveSnapshot(
  larder: Pick<TestLarder, 'send'>,
  name: string,
  headers: RequestOptions['headers'] = {},
): Promise<void> {
  await manage(larder, 'POST', '/admin/snapshots', { name, cache: 'default' }, headers)
  await vi.waitUntil(async () =>
    (await manage<{ name: string }[]>(larder, 'GET', '/admin/snapshots', undefined, headers))
      .some(snapshot => snapshot.name === name), { timeout: patience })
}

export interface NewKey { id: string, secret: string }
export function createKey(larder: TestLarder, grant: Record<string, unknown>): Promise<NewKey> {
  return manage<NewKey>(larder, 'POST', '/admin/keys', { label: 'test', ...grant })
}

/**
 * Returns everything that a client can see of the state that control-plane operations change. Two
 * results are equal if nothing was changed.
 */
export async function stateOf(larder: TestLarder): Promise<unknown> {
  const read = (path: string): Promise<unknown> => manage(larder, 'GET', path)
  const caches = await read('/admin/caches') as Record<string, unknown>[]
  return {
    // Both count refused requests too, and times go on by themselves.
    caches: caches.map(({ statistics: _, lastMinute: __, asOf: ___, ...cache }) => cache),
    keys: await read('/admin/keys'),
    users: await read('/admin/users'),
    settings: await read('/admin/settings'),
    connections: await read('/admin/connections'),
    switch: await read('/admin/switch'),
    snapshots: await read('/admin/snapshots'),
  }
}

export const withKey = (secret: string): Record<string, string> => ({ 'Api-Key': secret })
export const asOwner = withKey(ownerKey)

/** Returns the status in the first line of a raw response; 0 without a response. */
export function statusOf(raw: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(raw)?.[1] ?? 0)
}

/** The loopback addresses in the notation of /proc/net/tcp. */
export const loopback4 = '0100007F'
export const loopback6 = '00000000000000000000000001000000'

/** Returns the local addresses, in hexadecimal, that listen (state 0A) on this port. */
export function listening(port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(file =>
    readFileSync(file, 'utf8').split('\n').slice(1).flatMap((line) => {
      const [, local = '', , state] = line.trim().split(/\s+/)
      const [address = '', hexPort] = local.split(':')
      return state === '0A' && hexPort === wanted ? [address] : []
    })).sort()
}
