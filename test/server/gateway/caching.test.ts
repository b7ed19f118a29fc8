import type { OutgoingHttpHeaders } from 'node:http'
import { Buffer } from 'node:buffer'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { send } from '../../helpers/http-client'
import { setUpGateway } from './setup'

const rig = setUpGateway()
const { ask, count, expectLogged } = rig

interface Given { status?: number, headers: OutgoingHttpHeaders, body?: string }

function switched(enabled: boolean) {
  return { body: JSON.stringify({ enabled }), headers: { 'Content-Type': 'application/json' } }
}

/** Reads of a cache that a switch turned away, as its statistics count them. */
async function turnedAway(cache: string): Promise<number> {
  const { statistics } = (await rig.larder.send('GET', `/admin/caches/${cache}`))
    .json<{ statistics: { misses: { disabled: number } } }>()
  return statistics.misses.disabled
}

/** From now on the origin answers so; the number of the request is in its body. */
function gives(given: Given): void {
  rig.answer = ({ url = '', headers }, response) => {
    const { status = 200, headers: fields, body = `${url} ${count(url)}` } = given
    const isSame = fields.ETag !== undefined && headers['if-none-match'] === fields.ETag
    response.writeHead(isSame ? 304 : status, fields)
    response.end(isSame ? undefined : body)
  }
}

// Red: in src/main/base/http-caching/storing.ts leave out the line that the row is about.
it.each<[rule: string, given: Given, request: Record<string, string>, cacheStatus: RegExp, mark: string]>([
  ['max-age', { headers: { 'Cache-Control': 'max-age=60' } }, {}, /^Larder; hit; ttl=\d+$/, ''],
  ['s-maxage above no max-age', { headers: { 'Cache-Control': 's-maxage=60, max-age=0' } }, {}, /hit/, ''],
  ['Expires', { headers: { Expires: new Date(Date.now() + 60_000).toUTCString() } }, {}, /hit/, ''],
  ['a status', { status: 404, headers: { 'Cache-Control': 'max-age=60' } }, {}, /hit/, ''],
  [
    'a guess',
    { headers: { 'Last-Modified': new Date(Date.now() - 864e5).toUTCString() } },
    {},
    /hit; ttl=8\d{3}$/,
    '',
  ],
  ['nothing', { headers: {} }, {}, /fwd=uri-miss; detail="the answer says nothing/, 'not stored: the answer says nothing'],
  ['no-store', { headers: { 'Cache-Control': 'no-store' } }, {}, /fwd=uri-miss/, 'not stored: no-store forbids it'],
  ['private', { headers: { 'Cache-Control': 'private, max-age=9' } }, {}, /fwd=uri-miss/, 'not stored: private, so'],
  ['Vary: *', { headers: { 'Cache-Control': 'max-age=9', 'Vary': '*' } }, {}, /fwd=uri-miss/, 'not stored: Vary: *'],
  [
    'Authorization',
    { headers: { 'Cache-Control': 'max-age=60' } },
    { Authorization: 'Basic eA==' },
    /fwd=uri-miss/,
    'not stored: the request had Authorization',
  ],
  [
    'Authorization and public',
    { headers: { 'Cache-Control': 'public, max-age=60' } },
    { Authorization: 'Basic eA==' },
    /hit/,
    '',
  ],
  [
    'no-store of the request',
    { headers: { 'Cache-Control': 'max-age=60' } },
    { 'Cache-Control': 'no-store' },
    /fwd=uri-miss/,
    'not stored: the request says no-store',
  ],
  ['must-understand', { status: 599, headers: { 'Cache-Control': 'max-age=9, must-understand' } }, {}, /fwd=/, 'not stored: must-'],
])('holds or does not, and says why: %s', async (rule, given, headers, cacheStatus, mark) => {
  gives(given)
  const target = `/holds/${encodeURIComponent(rule)}`
  await ask('GET', target, { headers })
  const second = await ask('GET', target, { headers })
  expect(second.headers['cache-status']).toMatch(cacheStatus)
  expect(second.text).toBe(`${target} ${mark === '' ? 1 : 2}`)
  expect(second.status).toBe(given.status ?? 200)
  await expectLogged(target, mark === ''
    ? { face: 'gateway', result: 'hit', marks: [] }
    : { face: 'gateway', result: 'miss', marks: [expect.stringContaining(mark)] })
})

// Red: in src/main/gateway/fetching.ts leave `freshen` out, or its `keep`.
it('validates what is over, and holds it on', async () => {
  gives({ headers: { 'Cache-Control': 'max-age=1', 'ETag': '"1"', 'X-Round': '1' } })
  expect((await ask('GET', '/etag')).headers['cache-status']).toMatch(/fwd=uri-miss; ttl=\d; stored/)
  gives({ headers: { 'Cache-Control': 'max-age=300', 'ETag': '"1"', 'X-Round': '2' } })
  await expect.poll(async () => (await ask('GET', '/etag')).headers['cache-status'])
    .toMatch(/fwd=stale; fwd-status=304; ttl=\d+; stored/)
  await expectLogged('/etag', { result: 'loaded', marks: ['revalidated'] })
  const after = await ask('GET', '/etag')
  expect([after.status, after.text, after.headers['x-round'], after.headers['cache-status']])
    .toEqual([200, '/etag 1', '2', expect.stringMatching(/hit/)])
})

// Red: in src/main/gateway/decide.ts return 'validate' in place of 'refresh', or in fetching.ts
// leave `serveInstead` out.
it('serves stale while it asks anew, and while the origin fails', async () => {
  gives({ headers: { 'Cache-Control': 'max-age=1, stale-while-revalidate=300' } })
  await ask('GET', '/swr')
  await expect.poll(async () => (await ask('GET', '/swr')).headers['cache-status']).toMatch(/hit; ttl=0/)
  await expect.poll(async () => (await ask('GET', '/swr')).text).not.toBe('/swr 1')

  gives({ headers: { 'Cache-Control': 'max-age=1, stale-if-error=300' } })
  await ask('GET', '/sie')
  gives({ status: 503, headers: {} })
  await expect.poll(async () => (await ask('GET', '/sie')).headers['cache-status']).toMatch(/fwd=stale; fwd-status=503/)
  expect((await ask('GET', '/sie')).text).toBe('/sie 1')
  await expectLogged('/sie', { result: 'stale', marks: ['stale, because the origin answered 503.'] })
})

// Red: in src/main/gateway/variants.ts return `keyOfTarget(target)` for variants.
it('holds an answer for each value that Vary names', async () => {
  rig.answer = ({ headers }, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Vary': 'Accept-Language' })
    response.end(headers['accept-language'])
  }
  const texts = []
  for (const language of ['de', 'en', 'de', 'EN'])
    texts.push((await ask('GET', '/vary', { headers: { 'Accept-Language': language } })).text)
  expect([texts, count('/vary')]).toEqual([['de', 'en', 'de', 'en'], 2])
  const { entries } = (await rig.larder.send('GET', '/api/caches/web/entries?prefix=GET%20/vary')).json<{
    entries: { key: string }[]
  }>()
  expect(entries.map(({ key }) => key).sort())
    .toEqual(['GET /vary', 'GET /vary (accept-language: de)', 'GET /vary (accept-language: en)'])
  const marker = await rig.larder.send('GET', `/api/caches/web/entries/${encodeURIComponent('GET /vary')}?peek`)
  const left = Number(marker.headers['larder-ttl'])
  expect([marker.text, left > 0 && left <= 60]).toEqual(['accept-language', true])

  await ask('POST', '/vary')
  const { entries: rest } = (await rig.larder.send('GET', '/api/caches/web/entries?prefix=GET%20/vary')).json()
  expect(rest).toEqual([])
})

// Red: in src/main/gateway/answer-shelf.ts take a variant whatever its tag is.
it('serves no variant that is older than what says by what they vary', async () => {
  rig.answer = ({ url = '', headers }, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Vary': 'Accept-Language' })
    response.end(`${headers['accept-language']} ${count(url)}`)
  }
  const of = async (language: string): Promise<string> =>
    (await ask('GET', '/evicted', { headers: { 'Accept-Language': language } })).text
  expect([await of('de'), await of('de')]).toEqual(['de 1', 'de 1'])
  // It may be evicted alone, and then nobody knows which variants a change concerns.
  await rig.larder.send('DELETE', `/api/caches/web/entries/${encodeURIComponent('GET /evicted')}`)
  await ask('POST', '/evicted')
  expect([await of('en'), await of('de'), await of('de')]).toEqual(['en 3', 'de 4', 'de 4'])
})

// Red: in src/main/gateway/variants.ts leave `respelled` out.
it('a change concerns every spelling of its target', async () => {
  gives({ headers: { 'Cache-Control': 'max-age=60' } })
  for (const target of ['/spelt/a-b%2f~', '/spelt/%61%2Db%2F%7E'])
    expect((await ask('GET', target)).text).toBe('/spelt/a-b%2f~ 1')
  gives({ headers: { 'Cache-Control': 'max-age=60', 'Location': '/spelt/a%2db%2F~' } })
  await ask('POST', '/spelt', { body: 'x' })
  expect((await ask('GET', '/spelt/a-b%2f~')).headers['cache-status']).toMatch(/fwd=uri-miss/)
})

// Red: in src/main/gateway/gateway.ts leave the loop of `drop` in `pass` out.
const unsafe = ['POST', 'PUT', 'DELETE', 'M-SEARCH']
it.each(unsafe)('%s makes what is held go, also what it names, unless it failed', async (method) => {
  gives({ headers: { 'Cache-Control': 'max-age=60' } })
  const [target, other] = [`/unsafe/${method}`, `/unsafe/other/${method}`]
  for (const each of [target, other])
    await ask('GET', each)
  gives({ status: 500, headers: {} })
  expect((await ask(method, target, { body: 'x' })).status).toBe(500)
  expect((await ask('GET', target)).text).toBe(`${target} 1`)
  gives({ headers: { 'Cache-Control': 'max-age=60', 'Content-Location': other } })
  await ask(method, target, { body: 'x' })
  gives({ headers: { 'Cache-Control': 'max-age=60' } })
  expect([(await ask('GET', target)).text, (await ask('GET', other)).text]).toEqual([`${target} 4`, `${other} 2`])
})

// Red: in src/main/gateway/passing.ts wait for the client whether or not the answer is collected.
it('nobody waits for a client that takes nothing of the answer that they want, too', async () => {
  const body = 'x'.repeat(12_000_000)
  gives({ headers: { 'Cache-Control': 'max-age=60' }, body })
  const port = await rig.open('patient', {}, { source: { connection: 'api', hardTimeout: 300 } })
  const deaf = connect(port, '127.0.0.1')
  onTestFinished(() => void deaf.destroy())
  deaf.pause()
  deaf.write(`GET /shared HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`)
  await expect.poll(() => count('/shared')).toBe(1)
  const second = await send(port, 'GET', '/shared')
  expect([second.body.length, second.headers['cache-status']]).toEqual([body.length, expect.stringMatching(/hit/)])
  expect(count('/shared')).toBe(1)
})

// Red: in src/main/gateway/answer-shelf.ts grant a filling although there is one.
it('asks once for many who want the same, and holds nothing that was changed meanwhile', async () => {
  const waiting: (() => void)[] = []
  rig.answer = ({ url = '', method }, response) => {
    if (method !== 'GET')
      return void response.end()
    const number = count(url)
    waiting.push(() => response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end(String(number)))
  }
  const many = Array.from({ length: 200 }, () => ask('GET', '/once'))
  await expect.poll(() => waiting.length).toBe(1)
  waiting.shift()?.()
  expect(new Set((await Promise.all(many)).map(({ text }) => text))).toEqual(new Set(['1']))
  expect(count('/once')).toBe(1)

  const early = ask('GET', '/changed')
  await expect.poll(() => waiting.length).toBe(1)
  await ask('DELETE', '/changed')
  waiting.shift()?.()
  expect((await early).text).toBe('1')
  await expectLogged('/changed', { marks: ['not stored: the entry was changed meanwhile'] })
})

// Red: in src/main/gateway/serve-held.ts leave out the range, or the condition.
it('answers conditions and ranges from what is held', async () => {
  gives({ headers: { 'Cache-Control': 'max-age=60', 'ETag': '"a"', 'Content-Type': 'text/plain' }, body: '0123456789' })
  await ask('GET', '/part')
  const rows: [Record<string, string>, number, string, string | undefined][] = [
    [{ Range: 'bytes=2-4' }, 206, '234', 'bytes 2-4/10'],
    [{ Range: 'bytes=8-' }, 206, '89', 'bytes 8-9/10'],
    [{ Range: 'bytes=-3' }, 206, '789', 'bytes 7-9/10'],
    [{ 'Range': 'bytes=2-4', 'If-Range': '"b"' }, 200, '0123456789', undefined],
    [{ Range: 'bytes=1-2,4-5' }, 200, '0123456789', undefined],
    [{ Range: 'bytes=50-' }, 416, '', 'bytes */10'],
    [{ 'If-None-Match': 'W/"a"' }, 304, '', undefined],
    [{ 'If-None-Match': '"b"' }, 200, '0123456789', undefined],
  ]
  for (const [headers, status, text, range] of rows) {
    const answer = await ask('GET', '/part', { headers })
    expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([status, text, range])
  }
  const head = await ask('HEAD', '/part')
  expect([head.text, head.headers['content-length'], head.headers.age]).toEqual(['', '10', expect.any(String)])
  expect(count('/part')).toBe(1)
})

// Red: in src/main/serving/access.ts let `discard` ask `isOn`, or in src/main/gateway/gateway.ts
// send `off: '503'` on.
it('passes on, or answers 503, while a switch is off; what changed then is not served afterwards', async () => {
  const strict = await rig.open('strict', { off: '503' })
  gives({ headers: { 'Cache-Control': 'max-age=60' } })
  await ask('GET', '/off')
  await rig.larder.send('PUT', '/admin/switch', switched(false))
  const passed = await ask('GET', '/off')
  expect([passed.status, passed.text, passed.headers['cache-status']])
    .toEqual([200, '/off 2', 'Larder; fwd=bypass; detail="caching-off"'])
  await ask('POST', '/off')
  const { status, headers } = await send(strict, 'GET', '/off')
  expect([status, headers['retry-after']]).toEqual([503, '5'])
  // Red: in src/main/gateway/assemble.ts let `turnsAway` be true.
  expect([await turnedAway('web'), await turnedAway('strict')]).toEqual([0, 1])
  await rig.larder.send('PUT', '/admin/switch', switched(true))
  expect((await ask('GET', '/off')).text).toBe('/off 4')
})

// Red: in src/main/gateway/gateway.ts drop what changed only when caching is on again.
it('what changed while a switch was off is not served after a restart either', async () => {
  const port = await rig.open('lasting', {}, { persistent: true })
  gives({ headers: { 'Cache-Control': 'max-age=60' } })
  await send(port, 'GET', '/lasting')
  await rig.larder.send('PUT', '/admin/switch', switched(false))
  await send(port, 'POST', '/lasting')
  rig.larder = await rig.larder.restart()
  await rig.larder.send('PUT', '/admin/switch', switched(true))
  expect((await send(port, 'GET', '/lasting')).text).toBe('/lasting 3')
})

// Red: in src/main/gateway/fetching.ts leave `faultOf` out.
it('the head of an answer says that it is not held, if a switch has gone off before it came', async () => {
  let answer = (): void => {}
  rig.answer = (_, response) => void (answer = () => response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end())
  const late = ask('GET', '/told')
  await expect.poll(() => count('/told')).toBe(1)
  await rig.larder.send('PUT', '/admin/switch', switched(false))
  answer()
  expect((await late).headers['cache-status']).toBe('Larder; fwd=uri-miss; detail="caching is off"')
  await rig.larder.send('PUT', '/admin/switch', switched(true))
})

// Red: in src/main/gateway/answer-shelf.ts let `keep` or `end` throw while a switch is off.
it('a switch that goes off in the midst of an answer leaves it whole, and turns nobody away who waits', async () => {
  const waiting: (() => void)[] = []
  rig.answer = ({ url = '' }, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60' })
    response.write('half')
    waiting.push(() => response.end(` ${count(url)}`))
  }
  const first = ask('GET', '/midst')
  await expect.poll(() => waiting.length).toBe(1)
  const second = ask('GET', '/midst')
  await expect.poll(async () => (await rig.larder.send('GET', '/healthz')).status).toBe(200)
  await rig.larder.send('PUT', '/admin/switch', switched(false))
  await expect.poll(() => waiting.length).toBe(2)
  waiting.forEach(end => end())
  expect([(await first).text.slice(0, 4), (await second).text.slice(0, 4)]).toEqual(['half', 'half'])
  await rig.larder.send('PUT', '/admin/switch', switched(true))
  await expectLogged('/midst', { status: 200, marks: [expect.stringContaining('not stored: caching is off')] })
})

// Red: in src/main/gateway/passing.ts take what is not whole for whole.
it('breaks off where the origin does, and holds nothing of it', async () => {
  rig.answer = (_, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Content-Length': '10' })
    response.write('12345', () => response.destroy())
  }
  await expect(ask('GET', '/broken')).rejects.toThrow()
  gives({ headers: { 'Cache-Control': 'max-age=60' } })
  expect((await ask('GET', '/broken')).text).toBe('/broken 2')
})

it('is entries of its cache: a person sees a whole message, and can make it go', async () => {
  gives({ headers: { 'Cache-Control': 'max-age=60', 'Content-Type': 'application/json' }, body: '{"a":1}' })
  await ask('GET', '/seen?x=1')
  const entry = await rig.larder.send('GET', `/api/caches/web/entries/${encodeURIComponent('GET /seen?x=1')}`)
  expect(entry.headers['content-type']).toBe('message/http')
  expect(entry.text).toMatch(/^HTTP\/1\.1 200 OK\r\nCache-Control: max-age=60\r\n[\s\S]*\r\n\r\n\{"a":1\}$/)
  await rig.larder.send('DELETE', '/api/caches/web/entries?prefix=GET%20/seen&soft')
  expect((await ask('GET', '/seen?x=1')).headers['cache-status']).toMatch(/fwd=stale/)
  await rig.larder.send('DELETE', `/api/caches/web/entries/${encodeURIComponent('GET /seen?x=1')}`)
  expect((await ask('GET', '/seen?x=1')).headers['cache-status']).toMatch(/fwd=uri-miss/)
})

// Red: in src/main/gateway/stored-message.ts take every line, or leave `endToEnd` out.
it.each([
  ['a field that is none', 'HTTP/1.1 200 OK\r\nA B: c\r\n\r\nwrong'],
  ['no status line', 'A: b\r\n\r\nwrong'],
  ['a status that is none', 'HTTP/1.1 101 Switching\r\n\r\nwrong'],
  ['a control character', 'HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\nwrong'],
  ['no end of the head', 'HTTP/1.1 200 OK\r\nA: b'],
  ['a part', 'HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/9\r\n\r\nwrong'],
  ['nothing with a body', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nwrong'],
])('asks the origin where somebody has written what is no answer: %s', async (what, body) => {
  gives({ headers: { 'Cache-Control': 'max-age=60' } })
  const target = `/written/${encodeURIComponent(what)}`
  const path = `/api/caches/web/entries/${encodeURIComponent(`GET ${target}`)}`
  await rig.larder.send('PUT', path, { body, headers: { 'Content-Type': 'message/http' } })
  expect((await ask('GET', target)).text).toBe(`${target} 1`)
})

it('frames what somebody has written by itself', async () => {
  const body = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\nAge: x\r\n\r\n5\r\nhello'
  await rig.larder.send('PUT', `/api/caches/web/entries/${encodeURIComponent('GET /own')}`, {
    body,
    headers: { 'Content-Type': 'message/http' },
  })
  const { text, headers } = await ask('GET', '/own')
  expect([text, headers['content-length'], headers['transfer-encoding'], headers.age])
    .toEqual(['5\r\nhello', '8', undefined, expect.stringMatching(/^\d+$/)])
})

// Red: in src/main/gateway/fetching.ts drop what is held whenever a 304 cannot be held.
it('a 304 that only this request may not hold leaves what is held', async () => {
  gives({ headers: { 'Cache-Control': 'max-age=1', 'ETag': '"1"' } })
  await ask('GET', '/kept')
  const headers = { 'Cache-Control': 'no-store, no-cache' }
  await expect.poll(async () => (await ask('GET', '/kept', { headers })).headers['cache-status'])
    .toMatch(/fwd-status=304/)
  const held = await rig.larder.send('GET', `/api/caches/web/entries/${encodeURIComponent('GET /kept')}?peek`)
  expect(held.status).toBe(200)
})

// Red: in src/main/gateway/decide.ts leave `lifetimeOf` out of `mustAsk`.
it('what has only a validator is nobody\'s without asking', async () => {
  rig.answer = ({ headers }, response) => {
    if (headers.cookie === 'gone')
      return void response.destroy()
    response.writeHead(200, { ETag: `W/"${headers.cookie}"` }).end(headers.cookie)
  }
  const of = async (cookie: string, more = {}) => await ask('GET', '/mine', { headers: { Cookie: cookie, ...more } })
  expect((await of('alice')).text).toBe('alice')
  expect((await of('bob', { 'Cache-Control': 'max-stale' })).text).toBe('bob')
  const port = await rig.open('graceful', {}, { source: { connection: 'api', grace: 60 } })
  await send(port, 'GET', '/mine', { headers: { Cookie: 'alice' } })
  expect((await send(port, 'GET', '/mine', { headers: { Cookie: 'gone' } })).status).toBe(502)
})

// Red: in src/main/base/http-caching/storing.ts leave `set-cookie` out.
it('holds no cookie of somebody by a guess', async () => {
  gives({ headers: { 'ETag': '"1"', 'Set-Cookie': 'sid=1' } })
  await ask('GET', '/cookie')
  expect((await ask('GET', '/cookie')).headers['cache-status']).toMatch(/it sets a cookie/)
})

// Red: in src/main/gateway/fetching.ts leave `replaces` or `isAnother` out.
it('what the origin no longer has is not served on, and another 304 confirms nothing', async () => {
  gives({ headers: { 'Cache-Control': 'max-age=1, stale-while-revalidate=600' } })
  await ask('GET', '/deleted')
  gives({ status: 404, headers: {} })
  await expect.poll(async () => (await ask('GET', '/deleted')).status).toBe(404)

  gives({ headers: { 'Cache-Control': 'no-cache', 'Last-Modified': new Date(0).toUTCString() }, body: 'old' })
  await ask('GET', '/other-tag')
  rig.answer = ({ headers }, response) => headers['if-modified-since'] === undefined
    ? void response.writeHead(200, { ETag: '"new"' }).end('new')
    : void response.writeHead(304, { ETag: '"new"' }).end()
  expect((await ask('GET', '/other-tag')).text).toBe('new')
})

// Red: in src/main/gateway/visit.ts take the fields as they came; in variants.ts show or sort all.
it('chooses among answers by what the origin sees, and shows nothing secret', async () => {
  rig.answer = ({ headers }, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=60', 'Vary': 'Accept-Language, Cookie, X-A' })
    response.end(`${headers['accept-language']} ${headers.cookie} ${headers['x-a']}`)
  }
  await ask('GET', '/chosen', { headers: { 'Connection': 'accept-language', 'Accept-Language': 'de' } })
  const texts = []
  const requests: Record<string, string>[] = [
    { 'Accept-Language': 'de' },
    { 'Accept-Language': 'de, en' },
    { 'Accept-Language': 'en, de' },
    { Cookie: 'sid=secret' },
    { 'X-A': 'a,b' },
    { 'X-A': 'a,,b' },
  ]
  for (const headers of requests)
    texts.push((await ask('GET', '/chosen', { headers })).text)
  expect(texts).toEqual([
    'de undefined undefined',
    'de, en undefined undefined',
    'en, de undefined undefined',
    'undefined sid=secret undefined',
    'undefined undefined a,b',
    'undefined undefined a,,b',
  ])
  expect((await rig.larder.send('GET', '/api/caches/web/entries?prefix=GET%20/chosen')).text).not.toContain('secret')
})

// Red: in src/main/gateway/gateway.ts leave out what `pass` does when `forward` fails.
it('a change of which no answer came makes what is held go', async () => {
  gives({ headers: { 'Cache-Control': 'max-age=600' } })
  await ask('GET', '/unknown')
  rig.answer = (_, response) => void response.destroy()
  expect((await ask('POST', '/unknown', { body: 'x' })).status).toBe(502)
  gives({ headers: { 'Cache-Control': 'max-age=600' } })
  expect((await ask('GET', '/unknown')).text).toBe('/unknown 3')
})

// Red: in src/main/gateway/gateway.ts grant a filling for `patience`.
it('holds what takes longer to come than its head may', async () => {
  const source = { connection: 'api', hardTimeout: 0.2, softTimeout: 0.1 }
  const port = await rig.open('long', {}, { source })
  rig.answer = (_, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=600' })
    response.write('a')
    setTimeout(() => response.end('b'), 600)
  }
  await send(port, 'GET', '/long')
  expect((await send(port, 'GET', '/long')).headers['cache-status']).toMatch(/hit/)
})

// Red: in src/main/gateway/passing.ts flush whatever the fields are.
it('sends bytes of fields beyond ASCII on as they are', async () => {
  rig.answer = (_, response) => {
    response.setHeader('X-Name', Buffer.from('Zürich').toString('latin1'))
    response.setHeader('Cache-Control', 'max-age=60')
    response.end(Buffer.from('x'))
  }
  for (const round of [1, 2]) {
    const { headers } = await ask('GET', '/bytes')
    expect([round, Buffer.from(String(headers['x-name']), 'latin1').toString()]).toEqual([round, 'Zürich'])
  }
})
