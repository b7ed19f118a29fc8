import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Buffer } from 'node:buffer'
import { createServer } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpDriver } from '../../../src/main/upstreams/http/http'
import { fieldsOfUrl, readConnection, readConnectionUrl } from '../../../src/shared/connections/read'

type Answer = (request: IncomingMessage, response: ServerResponse) => void
const opened: { close: () => unknown }[] = []
afterEach(() => opened.splice(0).forEach(thing => void thing.close()))

async function serve(answer: Answer): Promise<{ url: string, server: Server }> {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  opened.push({
    close() {
      server.closeAllConnections()
      server.close()
    },
  })
  return { server, url: `http://127.0.0.1:${(server.address() as { port: number }).port}` }
}

const http = createHttpDriver({ wall: Date.now })
const never = new AbortController().signal
const attempt = { signal: never, step: () => {} }

async function open(url: string, more: object = {}) {
  const link = await http.open(readConnection('http', { url, ...more }), attempt)
  opened.push(link)
  const source = link.source({ format: 'application/octet-stream' })
  return { link, load: (key: string, signal = never) => source.load(key, signal) }
}

function gives(status: number, headers: Record<string, string | number> = {}): Answer {
  return (_, response) => void response.writeHead(status, headers).end('x')
}
function starts(length: number, then: (response: ServerResponse) => void): Answer {
  return (_, response) => void response.writeHead(200, { 'Content-Length': length }).write('x', () => then(response))
}
const tooLarge = 'The answer is larger than 134,217,728 bytes, the most that a value may have.'
const cut = 'The connection broke before the answer came.'

// Red: in src/main/upstreams/http/source.ts or client.ts, the part that the row names.
describe('a value by HTTP', () => {
  it('is what the URL of the key answers, with its type and life', async () => {
    const asked: [string | undefined, Record<string, unknown>][] = []
    const { url } = await serve(({ url, headers }, response) => {
      asked.push([url, headers])
      response.setHeader('Cache-Control', 'max-age=60').setHeader('Content-Type', 'a/b').end(Buffer.from([0, 255]))
    })
    const { load } = await open(`${url}/products/{key}.json?a=1`, {
      headers: 'X-One: 1\n  Accept: application/json  \n',
      secretHeaders: 'Authorization: Bearer t',
    })
    const value = await load('ü/\uDCFF 1')
    expect(value).toMatchObject({ value: Buffer.from([0, 255]), contentType: 'a/b', grace: undefined })
    expect(value?.ttl).toBeCloseTo(60, -1)
    const [[path, headers]] = asked as [[string, object]]
    expect(path).toBe('/products/%C3%BC%2F%FF%201.json?a=1')
    expect(headers).toMatchObject({
      'x-one': '1',
      'accept': 'application/json',
      'authorization': 'Bearer t',
      'user-agent': 'Larder',
      'accept-encoding': 'identity',
    })
  })

  it.each<[string, Answer, object | undefined]>([
    ['404', (_, response) => void response.writeHead(404).end('no'), undefined],
    ['410', (_, response) => void response.writeHead(410).end(), undefined],
    ['200 without a type', (_, response) => void response.end('x'), { contentType: 'application/octet-stream' }],
    ['200 of a type that is none', (_, response) => void response.setHeader('Content-Type', 'x').end(), {
      contentType: 'application/octet-stream',
    }],
  ])('of %s', async (_, answer, value) => {
    const { load } = await open(`${(await serve(answer)).url}/{key}`)
    const found = await load('a')
    if (value)
      expect(found).toMatchObject(value)
    else
      expect(found).toBeUndefined()
  })

  const tooMany = 'It answered 429 Too Many Requests'
  const coded = 'It answered in the coding br, which was not asked for.'
  // Whoever may read a cache may not know where its connection leads.
  const away = 'It redirects to another server.'

  it.each<[string, Answer, 'refused' | 'lost', string]>([
    ['403', gives(403), 'refused', 'It answered 403 Forbidden.'],
    ['204', gives(204), 'refused', 'It answered 204 No Content.'],
    ['429', gives(429, { 'Retry-After': 7 }), 'refused', `${tooMany}, to be asked again in 7 s.`],
    ['503', gives(503), 'lost', 'It answered 503 Service Unavailable.'],
    ['a coding', gives(200, { 'Content-Encoding': 'br' }), 'refused', coded],
    ['a gigabyte', starts(1e9, () => {}), 'refused', tooLarge],
    ['a redirect away', gives(302, { Location: '//larder.test/x' }), 'refused', away],
    ['one to a port', gives(302, { Location: 'http://127.0.0.1:1/' }), 'refused', away],
    ['one to a file', gives(302, { Location: 'file:///etc/passwd' }), 'refused', away],
    ['one to TLS', gives(301, { Location: 'https://127.0.0.1/a' }), 'refused', 'It redirects to https://, so the URL of the connection should begin with it.'],
    ['redirects without end', gives(307, { Location: '/again' }), 'refused', 'It redirects more than 5 times.'],
    ['half an answer', starts(9, response => response.destroy()), 'lost', cut],
  ])('is not taken from %s', async (_, answer, failure, message) => {
    const { load } = await open(`${(await serve(answer)).url}/{key}`)
    await expect(load('a')).rejects.toMatchObject({ name: 'SourceError', failure, message })
  })

  it('follows a redirect on the same server', async () => {
    const { url } = await serve(({ url }, response) => url === '/a'
      ? void response.writeHead(301, { Location: '/b' }).end()
      : void response.end(url))
    expect(String((await (await open(`${url}/{key}`)).load('a'))?.value)).toBe('/b')
  })

  it('says that no HTTP answers, and leaves nothing open when nobody waits any more', async () => {
    const sockets = new Set<unknown>()
    let hanging = 0
    const server = createSocketServer((socket) => {
      sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => {}))
      socket.on('data', data => String(data).includes('/hang') ? hanging++ : socket.end('SSH-2.0 no\r\n'))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    opened.push(server)
    const { load } = await open(`http://127.0.0.1:${(server.address() as { port: number }).port}/{key}`)
    const message = 'What answers there is not HTTP, or broken.'
    await expect(load('a')).rejects.toMatchObject({ failure: 'lost', message })
    const gone = new AbortController()
    const abandoned = load('hang', gone.signal)
    await expect.poll(() => hanging).toBe(1)
    gone.abort()
    await expect(abandoned).rejects.toMatchObject({ message: 'The answer did not come in time.' })
    await expect.poll(() => sockets.size).toBe(0)
  })

  it.each(['.', '..', ''])('has no URL for the key "%s"', async (key) => {
    const { load } = await open(`${(await serve((_, response) => void response.end())).url}/{key}`)
    await expect(load(key)).rejects.toMatchObject({ failure: 'refused', message: `No URL can name the key "${key}".` })
  })

  it('reads again what a server closed under its hands, and never more than once', async () => {
    let asked = 0
    const { url, server } = await serve((_, response) => void response.end(`${++asked}`))
    const { load } = await open(`${url}/{key}`)
    await load('a')
    server.closeIdleConnections()
    expect(String((await load('a'))?.value)).toBe('2')
  })
})

describe('a connection by HTTP', () => {
  it.each<[object, string, string]>([
    [{ url: 'https://a.test/' }, 'url', 'HTTP needs a URL with {key} in its path or query, such as https://'],
    [{ url: 'https://{key}.test/x' }, 'url', 'HTTP needs'],
    [{ url: 'https://a.test:{key}/' }, 'url', 'HTTP needs'],
    [{ url: 'https://a.test/{key}?x={key}' }, 'url', 'Write {key} once: the rest of the URL is the same for every key.'],
    [{ url: 'https://a.test/#{key}' }, 'url', 'HTTP needs'],
    [{ url: 'https://a.test/{key}#top' }, 'url', 'No server gets what stands behind #: leave it out.'],
    [{ url: 'ftp://a.test/{key}' }, 'url', 'HTTP needs'],
    [{ url: 'https://a.test/{key}', headers: 'no colon' }, 'headers', 'Write each header field as Name: value, one a line.'],
    [{ url: 'https://a.test/{key}', headers: 'A: b\nHost: evil' }, 'headers', 'Larder sets Host itself.'],
    [{ url: 'https://a.test/{key}', secretHeaders: 'A: ü' }, 'secretHeaders', 'Write each header'],
    [{ url: 'https://u:p@a.test/{key}', secretHeaders: 'A: b' }, 'secretHeaders', 'Give the password once'],
    [{ url: 'https:/u:p@a.test/{key}' }, 'url', 'HTTP needs'],
    [{ url: 'https:\\\\u:p@a.test/{key}' }, 'url', 'HTTP needs'],
    [{ url: 'https://u:%zz@a.test/{key}' }, 'url', 'The user or the password is badly encoded.'],
    [{ url: 'http://a.test/{key}', ca: '-----BEGIN CERTIFICATE-----' }, 'ca', 'A CA needs a URL with https://.'],
  ])('%o is refused at %s', (given, field, message) => {
    expect(() => readConnection('http', given as Record<string, unknown>)).toThrow(expect.objectContaining({
      errors: [{ field, message: expect.stringContaining(message) as string }],
    }) as Error)
  })

  it('may be written as a URL, whose password becomes a header field', () => {
    const { values, secrets } = readConnectionUrl('https://%C3%BC:p%40@a.test/{key}')
    expect([values, secrets]).toEqual([
      { url: 'https://a.test/{key}' },
      { secretHeaders: `Authorization: Basic ${Buffer.from('ü:p@').toString('base64')}` },
    ])
    expect(fieldsOfUrl('http://a.test/{key}').driver).toBe('http')
    expect(readConnectionUrl('http://u:p@x@a.test?q={key}&r=@').values).toEqual({ url: 'http://a.test?q={key}&r=@' })
  })

  const made = /^It answered 422 .*\. The test asked for the key larder-test-[0-9a-f]{16}, which it may not take\.$/
  // Red: in src/main/upstreams/http/http.ts begin the step `authenticate` before the request; leave
  // out `absent`, `signInNeeded`, or the key of `ofMadeUp`.
  it.each<[string, Answer, string[], RegExp | string | null]>([
    ['200', gives(200), ['authenticate', 'read'], null],
    ['404', gives(404), ['authenticate', 'read'], null],
    ['410', gives(410), ['authenticate', 'read'], null],
    ['401', gives(401), ['authenticate'], 'It answered 401 Unauthorized.'],
    ['403', gives(403), ['authenticate'], 'It answered 403 Forbidden.'],
    ['407', gives(407), ['authenticate'], 'It answered 407 Proxy Authentication Required.'],
    ['204', gives(204), ['authenticate', 'read'], 'It answered 204 No Content.'],
    ['429', gives(429), ['authenticate', 'read'], 'It answered 429 Too Many Requests.'],
    ['422', gives(422), ['authenticate', 'read'], made],
    ['500', gives(500), ['authenticate', 'read'], 'It answered 500 Internal Server Error.'],
    ['a redirect away', gives(302, { Location: '//larder.test/x' }), ['read'], 'It redirects to another server.'],
    ['a gigabyte', starts(1e9, () => {}), ['read'], tooLarge],
    ['half an answer', starts(9, response => response.destroy()), ['read'], cut],
  ])('that answers %s to a test: the steps are told', async (_, answer, steps, message) => {
    const { link } = await open(`${(await serve(answer)).url}/{key}`)
    const done: string[] = []
    const probing = link.probe(false, { signal: never, step: name => done.push(name) })
    if (message === null)
      await probing
    else
      await expect(probing).rejects.toThrow(message)
    expect(done).toEqual(steps)
  })

  it('that does not answer a test in time fails in reading', async () => {
    const { link } = await open(`${(await serve(() => {})).url}/{key}`)
    const done: string[] = []
    const late = new AbortController()
    const probing = link.probe(false, { signal: late.signal, step: name => done.push(name) })
    late.abort()
    await expect(probing).rejects.toThrow('The answer did not come in time.')
    expect(done).toEqual(['read'])
  })

  it('never leads to a link-local address', () => {
    const { values } = readConnection('http', { url: 'http://[fe80::1]/{key}' })
    expect(http.refuse?.({ values })).toMatchObject({ field: 'url' })
  })
})
