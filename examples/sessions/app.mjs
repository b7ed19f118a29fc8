// The sessions of a web app, in a cache that keeps its entries in a table of DynamoDB: they outlive
// the app, and Larder too. It needs nothing but Node 20.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import process from 'node:process'

const { LARDER_URL = 'http://localhost:7777', LARDER_API_KEY = '', PORT = '3001' } = process.env
const entries = new URL('/api/caches/sessions/entries/', LARDER_URL)
/** Milliseconds after which the cache counts as away. */
const patience = 2000

/** Calls the cache. Throws if it is away, switched off, or cannot reach the table. */
async function cache(method, session, body) {
  const answer = await fetch(new URL(session, entries), {
    method,
    body: body && JSON.stringify(body),
    headers: { 'Api-Key': LARDER_API_KEY, ...body && { 'Content-Type': 'application/json' } },
    signal: AbortSignal.timeout(patience),
  })
  if (!answer.ok && answer.status !== 404)
    throw new Error(`The cache answers ${answer.status}`)
  return answer
}

/** The session of a request; null if there is none, or none any more. */
async function sessionOf({ headers: { cookie = '' } }) {
  const id = /(?:^|; )session=([\da-f]{32})(?:;|$)/.exec(cookie)?.[1]
  const answer = id && await cache('GET', id)
  return answer?.ok ? { id, ...await answer.json() } : null
}

const routes = {
  'POST /login': async function (request) {
    const user = (await request.toArray()).join('').trim()
    if (user === '')
      return { status: 400, text: 'Send your name as the body.' }
    const id = randomBytes(16).toString('hex')
    await cache('PUT', id, { user, since: new Date().toISOString() })
    return { status: 200, headers: { 'Set-Cookie': `session=${id}; HttpOnly; SameSite=Lax` }, text: `Hello ${user}.` }
  },
  'GET /me': async function (request) {
    const session = await sessionOf(request)
    return session
      ? { status: 200, text: `${session.user} since ${session.since}` }
      : { status: 401, text: 'Log in first.' }
  },
  'POST /logout': async function (request) {
    const session = await sessionOf(request)
    if (session)
      await cache('DELETE', session.id)
    return { status: 200, headers: { 'Set-Cookie': 'session=; Max-Age=0' }, text: 'Good bye.' }
  },
}

const server = createServer(async (request, response) => {
  const route = routes[`${request.method} ${request.url}`]
  // Nobody is logged out because the cache is away: the answer is not 401.
  const { status, headers, text } = route
    ? await route(request).catch(() => ({ status: 503, headers: { 'Retry-After': '1' }, text: 'Try again soon.' }))
    : { status: 404, text: 'There are POST /login, GET /me and POST /logout.' }
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`)
})
server.listen(Number(PORT), 'localhost', () => {
  process.stdout.write(`Sessions on http://localhost:${server.address().port}/me\n`)
})
process.once('SIGTERM', () => server.close())
