import type { TestLarder } from '../../helpers/start-larder'
import type { RouteRow } from './routes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLarder } from '../../helpers/start-larder'
import { everyPath, routes, targetOf } from './routes'
import { asOwner, createKey, createSwiftClient, head, manage, withKey, wrongCells } from './support'

/** The front end under test. */
const allowed = 'http://localhost:5173'
const sites = [null, 'same-origin', 'none', 'same-site', 'cross-site', 'made-up'] as const
/** `@` represents the server's port. */
const origins = [null, 'http://localhost:@', 'http://[::1]:@', 'null', 'https://localhost:@', 'http://localhost:5174', 'http://evil.example', allowed] as const

let larder: TestLarder
let client: ReturnType<typeof createSwiftClient>
let keys: Record<'none' | 'without origins' | 'with the origin', Record<string, string>>

beforeAll(async () => {
  larder = await startLarder()
  client = createSwiftClient(larder.port)
  await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: 60 })
  keys = {
    'none': {},
    'without origins': withKey((await createKey(larder, { scopes: ['admin'] })).secret),
    'with the origin': withKey((await createKey(larder, { scopes: ['admin'], origins: [allowed] })).secret),
  }
})
afterAll(async () => {
  client.close()
  await larder.dispose()
})

interface Cell { row: RouteRow, site: string | null, origin: string | null, key: keyof typeof keys }

function cellsOf(key: keyof typeof keys): Cell[] {
  return routes.flatMap(row =>
    sites.flatMap(site =>
      origins.map(origin => ({ row, site, origin: origin?.replace('@', String(larder.port)) ?? null, key }))))
}

function isForeign({ site, origin }: Cell): boolean {
  if (site !== null)
    return !['same-origin', 'none'].includes(site)
  return origin !== null && !['http://localhost:', 'http://[::1]:'].some(own => origin === own + larder.port)
}

/**
 * Sends a request to a target on which no row acts: requests that pass the guards fail because of
 * their input, so that thousands of cells change nothing.
 */
async function ask({ row, site, origin, key }: Cell): Promise<{
  status: number
  code: string
  headers: Record<string, unknown>
}> {
  const headers: Record<string, string> = { ...keys[key] }
  if (site !== null)
    headers['Sec-Fetch-Site'] = site
  if (origin !== null)
    headers.Origin = origin
  if (row.face === 'events')
    return { ...await head(larder.port, row.method, row.template, headers), code: '' }
  const withoutBody = ['GET', 'HEAD', 'DELETE'].includes(row.method)
  const path = row.face === 'control' && withoutBody ? `${targetOf(row)}?no-such-field` : targetOf(row)
  const answer = await client.send(row.method, path, { headers, body: withoutBody ? undefined : '{"no-such-field":1}' })
  const problem = answer.headers['content-type'] === 'application/problem+json' && answer.body.length > 0
    ? answer.json()
    : {}
  return { status: answer.status, code: String(problem.code ?? ''), headers: answer.headers }
}

function complaintOf(cell: Cell, { status, code, headers }: Awaited<ReturnType<typeof ask>>): string | undefined {
  const allows = cell.key === 'with the origin' && cell.origin === allowed
  // Who has no key is told that first, if some key allows the page.
  const keyless = cell.key === 'none' && cell.origin === allowed && cell.row.scope !== 'open'
  const refused = cell.row.mutates && isForeign(cell) && !allows && !keyless
  const readable = allows || (cell.origin === allowed && status >= 400 && ![404, 409, 412].includes(status))
  const name = `${cell.row.method} ${cell.row.template} site=${cell.site} origin=${cell.origin} key ${cell.key}: ${status} ${code}`
  // Every key here has all scopes, so 403 can only be about the origin.
  if ((status === 403) !== refused || (refused && code !== '' && code !== 'cross-origin'))
    return name
  const cors = Object.keys(headers).filter(header => header.startsWith('access-control-'))
  if (readable
    ? headers['access-control-allow-origin'] !== allowed || headers['cross-origin-resource-policy'] !== undefined
    : cors.length > 0) {
    return `${name} – ${cors.join()}`
  }
  if (headers['access-control-allow-credentials'] !== undefined || headers['set-cookie'] !== undefined)
    return `${name} – credentials`
  return undefined
}

const exposed = 'ETag, Age, Cache-Status, Larder-TTL, Larder-Given-TTL, Larder-Grace, Larder-Given-Grace, Larder-Kind, Larder-Tags, Retry-After'

describe('s4 cross-origin', () => {
  // Red: each of these alone, in src/main/http/guards.ts – drop `&& !allowed`; treat `same-site` as
  // our own; let `corsOrigin` be `head.origin`.
  it.each([
    'none',
    'without origins',
    'with the origin',
  ] as const)('judges Sec-Fetch-Site × Origin × route with a key: %s', async (key) => {
    const cells = cellsOf(key)
    expect(cells.length).toBeGreaterThan(2000)
    expect(await wrongCells(cells, async cell => complaintOf(cell, await ask(cell)))).toEqual([])
  })

  // Red: in src/main/http/pipeline.ts answer preflights without calling `allowsOrigin`.
  it('answers preflights from the union of all lists, and no others', async () => {
    expect(await wrongCells(everyPath, async (path) => {
      const preflight = {
        'Origin': allowed,
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'api-key',
      }
      const yes = await client.send('OPTIONS', path, { headers: preflight })
      const no = await client.send('OPTIONS', path, { headers: { ...preflight, Origin: 'http://evil.example' } })
      const nobody = await client.send('OPTIONS', path, { headers: { ...preflight, Origin: 'null' } })
      const wrong = yes.status !== 204
        || yes.headers['access-control-allow-origin'] !== allowed
        || yes.headers['access-control-allow-headers'] !== 'api-key'
        || [no, nobody].some(answer =>
          answer.status !== 403 || Object.keys(answer.headers).some(name => name.startsWith('access-control-')))
      return wrong ? `${path}: ${yes.status} ${no.status} ${nobody.status}` : undefined
    })).toEqual([])
  })

  // Red: in src/main/http/cors.ts allow only the usual headers, or any requested ones.
  it.each([
    [undefined, /^Api-Key, Authorization, .*Larder-TTL$/],
    ['api-key', /^api-key$/],
    ['api-key,baggage,sentry-trace,traceparent,x-requested-with', /^api-key, baggage, sentry-trace, traceparent, x-requested-with$/],
    ['  x-a ,, x b, x-c;, "q", x-d', /^x-a, x-d$/],
    ['x'.repeat(101), /^$/],
    [Array.from({ length: 200 }, (_, index) => `x-${index}`).join(), /^x-0, .*x-99$/],
  ])('allows the headers that a page asks for: %j', async (asked, allows) => {
    const headers = { 'Origin': allowed, 'Access-Control-Request-Method': 'PUT' }
    const answer = await client.send('OPTIONS', '/v1/a', {
      headers: { ...headers, ...asked !== undefined && { 'Access-Control-Request-Headers': asked } },
    })
    expect([answer.status, answer.headers['access-control-allow-headers']])
      .toEqual([204, expect.stringMatching(allows)])
  })

  // Red: in src/main/http/exchange.ts use `commonHeaders(null)` for statuses from 400.
  it('lets the allowed origin see errors and 503, and no other', async () => {
    const cases = [
      ['GET', '/api/caches/products/entries/absent', 404],
      ['GET', '/api/caches/none/entries/absent', 404],
      ['GET', '/nothing-here', 404],
      ['POST', '/v1/item', 405],
      ['PUT', '/api/caches/products/entries/item?x', 503],
      ['GET', '/v1/item', 503],
      ['GET', '/api/get-cache?cache=products&key=item', 503],
    ] as const
    for (const [method, path, status] of cases) {
      await manage(larder, 'PUT', '/admin/switch', { enabled: status !== 503 })
      const seen = await client.send(method, path, { headers: { ...keys['with the origin'], Origin: allowed } })
      const other = await client.send(method, path, { headers: { ...keys['without origins'] } })
      const evil = await client.send(method, path, { headers: { ...keys['with the origin'], Origin: 'http://evil.example' } })
      expect(
        [seen.status, seen.headers['access-control-allow-origin'], seen.headers['access-control-expose-headers']],
        path,
      ).toEqual([status, allowed, exposed])
      expect([other.status, other.headers['access-control-allow-origin']], path).toEqual([status, undefined])
      expect(evil.headers['access-control-allow-origin'], path).toBeUndefined()
    }
    await manage(larder, 'PUT', '/admin/switch', { enabled: true })
  })

  // Red: in src/main/admin/key-ring.ts drop `collectOrigins()` from `remove`.
  it('forgets an origin with the key that allowed it', async () => {
    const origin = 'https://app.example'
    const { id } = await createKey(larder, { origins: [origin] })
    const preflight = async (): Promise<number> =>
      (await client.send(
        'OPTIONS',
        '/v1/item',
        { headers: { 'Origin': origin, 'Access-Control-Request-Method': 'GET' } },
      )).status
    expect(await preflight()).toBe(204)
    await manage(larder, 'PATCH', `/admin/keys/${id}`, { origins: [] })
    expect(await preflight()).toBe(403)
    await manage(larder, 'PATCH', `/admin/keys/${id}`, { origins: [origin] })
    expect(await preflight()).toBe(204)
    await manage(larder, 'DELETE', `/admin/keys/${id}`)
    expect(await preflight()).toBe(403)
  })
})

describe('s5 no ambient credentials', () => {
  // Red: in src/main/http/request-head.ts fall back to an `Api-Key` in the field Cookie.
  it('takes no key from a cookie or a query', async () => {
    const { secret } = await createKey(larder, { scopes: ['admin'] })
    const closed = routes.filter(row => row.scope !== 'open')
    expect(await wrongCells(closed, async (row) => {
      const target = targetOf(row)
      const query = `${target}${target.includes('?') ? '&' : '?'}api-key=${secret}&Api-Key=${secret}&key_=${secret}&access_token=${secret}`
      const byCookie = await client.send(
        row.method,
        target,
        { headers: { Cookie: `Api-Key=${secret}; api-key=${secret}; token=${secret}; session=${secret}` } },
      )
      const byQuery = await client.send(row.method, query)
      const expected = row.face === 'classic' ? 400 : 401
      return byCookie.status === expected && byQuery.status === expected
        ? undefined
        : `${row.method} ${target}: ${byCookie.status} ${byQuery.status}`
    })).toEqual([])
  })

  // Red: in src/shared/data-operations.ts set `mutates: false` for classic.invalidate.
  it('refuses a foreign image that invalidates, also with the anonymous key', async () => {
    const image = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image', 'Referer': 'http://evil.example/' }
    const target = '/api/cache-invalidation?cache=products&key=item'
    await manage(larder, 'PUT', '/api/caches/products/entries/item', {})
    expect((await client.send('GET', target, { headers: image })).status).toBe(403)
    await manage(larder, 'PATCH', '/admin/settings', { anonymous: { enabled: true, scopes: ['read', 'write'] } })
    expect((await client.send('GET', target, { headers: image })).status).toBe(403)
    expect((await client.send('GET', '/api/caches/products/entries/item', { headers: asOwner })).status).toBe(200)
    await manage(larder, 'PATCH', '/admin/settings', { anonymous: { enabled: false, scopes: ['read'] } })
  })

  // Red: in src/main/http/guards.ts let `couldBeEmbedded` return false.
  it('refuses what an image in Safari could send without a key, and says how to go on', async () => {
    const target = '/api/cache-invalidation?cache=products&key=item'
    const safari = { 'Accept': 'image/webp,*/*', 'User-Agent': 'Safari', 'Referer': 'http://evil.example/' }
    const invalidate = async (method: string, headers: Record<string, string>): Promise<number> => {
      await manage(larder, 'PUT', '/api/caches/products/entries/item', {})
      return (await client.send(method, target, { headers })).status
    }
    await manage(larder, 'PATCH', '/admin/settings', { anonymous: { enabled: true, scopes: ['read', 'write'] } })
    const refused = await client.send('GET', target, { headers: safari })
    expect(refused.status).toBe(403)
    expect(refused.json().message).toMatch(/Api-Key: anonymous.* DELETE/)
    expect(await invalidate('GET', {})).toBe(403)
    // A page could send each of these only after a preflight, or with a header about its origin.
    expect(await invalidate('GET', withKey('anonymous'))).toBe(200)
    expect(await invalidate('GET', { 'Sec-Fetch-Site': 'same-origin' })).toBe(200)
    expect(await invalidate('GET', { Origin: `http://localhost:${larder.port}` })).toBe(200)
    expect(await invalidate('GET', asOwner)).toBe(200)
    expect(await invalidate('DELETE', {})).toBe(200)
    expect(await invalidate('POST', {})).toBe(200)
    // A form of another page has an origin.
    expect(await invalidate('POST', { Origin: 'null' })).toBe(403)
    // Reading changes nothing, and no page can read the response.
    expect((await client.send('GET', '/api/get-cache?cache=products&key=item', { headers: safari })).status).toBe(200)
    await manage(larder, 'PATCH', '/admin/settings', { anonymous: { enabled: false, scopes: ['read'] } })
    expect(await invalidate('GET', withKey('anonymous'))).toBe(401)
  })
})
