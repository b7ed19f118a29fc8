import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw } from '../../helpers/http-client'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { everyPath, verbs } from './routes'
import { manage, stateOf, statusOf, wrongCells } from './support'

let larder: TestLarder
let before: unknown

beforeAll(async () => {
  larder = await startLarder()
  await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: 60 })
  before = await stateOf(larder)
})
afterAll(async () => {
  // The refused requests have changed nothing.
  expect(await stateOf(larder)).toEqual(before)
  await larder.dispose()
})

/** Header lines by the name of their cell. `@` represents the server's port. */
const misdirected: Record<string, string> = {
  'a foreign name': 'Host: evil.example',
  'a foreign name with our port': 'Host: evil.example:@',
  '0.0.0.0': 'Host: 0.0.0.0:@',
  '127.0.0.2': 'Host: 127.0.0.2:@',
  'the wrong port': 'Host: localhost:1',
  'no port': 'Host: localhost',
  'localhost.evil': 'Host: localhost.evil:@',
  'a trailing dot': 'Host: localhost.:@',
  'an address with a trailing dot': 'Host: 127.0.0.1.:@',
  'our address as one number': 'Host: 2130706433:@',
  'our address written short': 'Host: 127.1:@',
  'our address mapped into IPv6': 'Host: [::ffff:127.0.0.1]:@',
  'another IPv6 address': 'Host: [::2]:@',
}
const malformed: Record<string, string> = {
  'none': 'X-None: 1',
  'an empty one': 'Host:',
  'a space': 'Host: local host:@',
  'user information': 'Host: me@localhost:@',
  'a path': 'Host: localhost:@/admin',
  'a list': 'Host: localhost:@, localhost:@',
  'a port that is no number': 'Host: localhost:http',
  'a port out of range': 'Host: localhost:99999',
  'an open bracket': 'Host: [::1',
  'raw UTF-8': 'Host: l\u00C3\u00B6calhost:@',
  'two that agree': 'Host: localhost:@\r\nHost: localhost:@',
  'two that differ': 'Host: localhost:@\r\nhost: evil.example',
}
const cells = Object.entries({ ...misdirected, ...malformed })
  .map(([name, lines]) => ({ name, lines, status: name in misdirected ? 421 : 400 }))

const fill = (text: string): string => text.replaceAll('@', String(larder.port))
/** The `@` of user information is not replaced. */
function fillHost(text: string): string {
  return text.includes('me@') ? text.replace(/@(?!localhost)/, String(larder.port)) : fill(text)
}

function ask(method: string, target: string, lines: string): Promise<string> {
  return sendRaw(
    larder.port,
    Buffer.from(
      `${method} ${target} HTTP/1.1\r\n${lines}\r\nApi-Key: ${ownerKey}\r\nConnection: close\r\n\r\n`,
      'latin1',
    ),
  )
}

describe('s2 host', () => {
  // Red: in src/main/base/host-guard.ts return instead of the last `throw`; in request-head.ts set
  // `head.hostCount = 1`.
  it.each(cells)('answers $status to $name on every route and verb', async ({ lines, status }) => {
    const requests = everyPath.flatMap(path => verbs.map(verb => [verb, path] as const))
    expect(requests.length).toBeGreaterThan(200)
    expect(await wrongCells(requests, async ([verb, path]) => {
      const got = statusOf(await ask(verb, path, fillHost(lines)))
      return got === status ? undefined : `${verb} ${path}: ${got}`
    })).toEqual([])
  })

  // Red: in src/main/http/guards.ts check `head.host` instead of `target.authority`.
  it.each([
    ['a foreign authority under our Host', 'http://evil.example:@/healthz', 'Host: localhost:@', 421],
    ['our authority on another port', 'http://localhost:1/healthz', 'Host: localhost:@', 421],
    ['a foreign authority with ours behind it', 'http://evil.example?localhost:@/healthz', 'Host: localhost:@', 421],
    ['an authority with user information', 'http://me@localhost/healthz', 'Host: localhost:@', 400],
    ['no authority', 'http:///healthz', 'Host: localhost:@', 400],
    ['our authority without a Host', 'http://localhost:@/healthz', 'X-None: 1', 400],
    ['our authority with two Hosts', 'http://localhost:@/healthz', 'Host: localhost:@\r\nHost: localhost:@', 400],
    ['our authority', 'http://localhost:@/healthz', 'Host: localhost:@', 200],
    ['our authority in capitals', 'HTTP://LOCALHOST:@/healthz', 'Host: localhost:@', 200],
  ])('reads the absolute form: %s', async (_, target, lines, status) => {
    const url = target.includes('me@') ? target : fill(target)
    expect(statusOf(await ask('GET', url, fill(lines)))).toBe(status)
  })

  it.each(['localhost:@', '127.0.0.1:@', '[::1]:@', 'LocalHost:@'])('answers for %s', async (host) => {
    expect(statusOf(await ask('GET', '/healthz', fill(`Host: ${host}`)))).toBe(200)
  })

  // Red: in src/main/base/host-guard.ts put every additional name into `anyPort`.
  it('answers for further names, with any port or with theirs alone', async () => {
    const open = await startLarder({ allowedHosts: ['cache.test', 'box.test:8080'] })
    try {
      const hosts = {
        'cache.test': 200,
        'cache.test:1': 200,
        'CACHE.test': 200,
        'box.test:8080': 200,
        'box.test': 421,
        'box.test:8081': 421,
        'my.cache.test': 421,
        'cache.test.': 421,
      }
      for (const [host, status] of Object.entries(hosts))
        expect((await open.sendOpen('GET', '/healthz', { headers: { Host: host } })).status, host).toBe(status)
    }
    finally {
      await open.dispose()
    }
  })
})
