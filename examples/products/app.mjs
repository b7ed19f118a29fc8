// The product service of a shop. Another program keeps the products in Redis; this one reads and
// writes them through the cache `products`, which fills itself from there. It needs nothing but
// Node 20: a cache is an HTTP resource.
import { createServer } from 'node:http'
import process from 'node:process'

const { LARDER_URL = 'http://localhost:7777', LARDER_API_KEY = '', PORT = '3000' } = process.env
const entries = new URL('/api/caches/products/entries/', LARDER_URL)
/** Milliseconds after which the cache counts as away. */
const patience = 2000

/** Calls the cache. Resolves to null if it is away, and the caller has to say what happens then. */
async function cache(method, id, { body, headers } = {}) {
  try {
    return await fetch(new URL(encodeURIComponent(id), entries), {
      method,
      body,
      headers: { 'Api-Key': LARDER_API_KEY, ...headers },
      signal: AbortSignal.timeout(patience),
    })
  }
  catch {
    return null
  }
}

/** What clients of the service get when the cache is off, away, or cannot reach Redis. */
function unavailable(answer) {
  const headers = { 'Retry-After': answer?.headers.get('Retry-After') ?? '1' }
  return { status: 503, headers, json: { error: 'Products cannot be reached at the moment.' } }
}

/** `fetch` takes these out of an address, even percent-encoded. */
const isId = id => id !== '' && id !== '.' && id !== '..'

const json = { 'Content-Type': 'application/json' }

const operations = {
  async GET(id) {
    const answer = await cache('GET', id)
    if (answer?.status === 404)
      return { status: 404, json: { error: `There is no product ${id}.` } }
    if (!answer?.ok)
      return unavailable(answer)
    const headers = { 'Cache-Status': answer.headers.get('Cache-Status') }
    try {
      return { status: 200, headers, json: await answer.json() }
    }
    catch {
      // The other program may have written anything.
      return { status: 502, json: { error: `The product ${id} is no JSON.` } }
    }
  },

  /** Creates: the cache asks Redis first, so a product that only Redis knows is not overwritten. */
  async POST(_, product) {
    if (typeof product?.id !== 'string' || !isId(product.id))
      return { status: 400, json: { error: 'id: must be a text that is not empty, and neither . nor ..' } }
    const body = JSON.stringify(product)
    const answer = await cache('PUT', product.id, { body, headers: { ...json, 'If-None-Match': '*' } })
    if (answer?.status === 412)
      return { status: 400, json: { error: `There is a product ${product.id} already.` } }
    return answer?.ok ? { status: 201, json: product } : unavailable(answer)
  },

  async PUT(id, product) {
    const answer = await cache('PUT', id, { body: JSON.stringify({ ...product, id }), headers: json })
    return answer?.ok ? { status: 204 } : unavailable(answer)
  },

  async DELETE(id) {
    const answer = await cache('DELETE', id)
    if (answer?.status === 404)
      return { status: 404, json: { error: `There is no product ${id}.` } }
    return answer?.ok ? { status: 204 } : unavailable(answer)
  },
}

/** Null if no product can have this id. */
function decodeId(text) {
  try {
    const id = decodeURIComponent(text)
    return isId(id) ? id : null
  }
  catch {
    return null
  }
}

async function answerTo(request) {
  const [, id] = /^\/products(?:\/([^/?]+))?$/.exec(request.url) ?? []
  const operation = operations[request.method]
  if (!request.url.startsWith('/products') || !operation || (id === undefined) !== (request.method === 'POST'))
    return { status: 404, json: { error: 'There are POST /products, and GET, PUT and DELETE /products/{id}.' } }
  const body = (await request.toArray()).join('')
  let product
  try {
    product = body === '' ? {} : JSON.parse(body)
  }
  catch {
    return { status: 400, json: { error: 'The body must be JSON.' } }
  }
  if (id === undefined)
    return operation(undefined, product)
  const decoded = decodeId(id)
  return decoded === null ? { status: 404, json: { error: 'There is no such product.' } } : operation(decoded, product)
}

const server = createServer(async (request, response) => {
  const { status, headers = {}, json: body } = await answerTo(request)
  response.writeHead(status, body === undefined ? headers : { ...json, ...headers })
  response.end(body === undefined ? undefined : JSON.stringify(body))
})
server.listen(Number(PORT), 'localhost', () => {
  process.stdout.write(`Products on http://localhost:${server.address().port}/products\n`)
})
process.once('SIGTERM', () => server.close())
