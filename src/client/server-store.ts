import type { ClientStore, Held, StepResult, StoreStep } from './store'
import type { ClientTransport, ServerQuestion, ServerReply } from './transport'
import { toPath, toText } from './bytes'
import { LarderClientError } from './client-error'
import { operationOf, resultOf } from './server-batch'

interface ServerStoreParts {
  transport: ClientTransport
  /** Empty if there is none. */
  key: string
  cache: string
  /** Seconds for what is stored without a TTL; undefined = as the cache says. */
  expiration: number | null | undefined
  timeout: number
}

/** A cache of a server, by the native face (docs/http-api.md). */
export function createServerStore(parts: ServerStoreParts): ClientStore {
  const { transport, key: apiKey, cache, expiration, timeout } = parts
  const root = `api/caches/${toPath(cache)}/`
  const credential: Record<string, string> = apiKey ? { 'Api-Key': apiKey } : {}

  async function call(method: string, path: string, more: Partial<ServerQuestion> = {}): Promise<ServerReply> {
    const headers = { ...credential, ...more.headers }
    const reply = await transport.ask({ seconds: timeout, ...more, method, path: root + path, headers })
    if (reply.status >= 200 && reply.status < 300)
      return reply
    const { code, detail } = reply.header('content-type').includes('problem+json') ? objectIn(reply) : {}
    throw typeof code === 'string'
      ? new LarderClientError(code as 'internal', detail as string, reply)
      : garbage(reply)
  }

  async function batch(steps: readonly StoreStep[], atomic: boolean): Promise<StepResult[]> {
    if (!steps.length)
      return []
    const operations = steps.map(step => operationOf(step, expiration))
    const reply = await call('POST', 'batch', {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ operations, atomic }),
    })
    const results = listOf(objectIn(reply).results, reply) as Parameters<typeof resultOf>[1][]
    if (results.length !== steps.length)
      throw garbage(reply)
    return steps.map((step, index) => resultOf(step, results[index] as typeof results[0]))
  }

  async function run(step: StoreStep): Promise<StepResult> {
    const { op, key } = step
    const path = pathOf(key)
    // What `fetch` would read as folders no path can name, and a batch can.
    if (!/^(?:get|set|delete)$/.test(op) || /^\.\.?$/.test(key)) {
      const [result] = await batch([step], false)
      if (result instanceof Error)
        throw result
      return result
    }
    try {
      if (op === 'get')
        return heldIn(await call('GET', path))
      const reply = await (op === 'set' ? call('PUT', path, putOf(step, expiration)) : call('DELETE', path))
      if (reply.bytes.length || (op === 'set' && !reply.header('etag')))
        throw garbage(reply)
      return true
    }
    catch (error) {
      if ((error as LarderClientError).code !== 'entry-not-found')
        throw error
      return op === 'get' ? undefined : false
    }
  }

  return {
    run,
    batch,
    close: transport.close,

    async lease(key, ttl, wait) {
      const reply = await call('POST', `${pathOf(key)}?op=lease&ttl=${ttl}&wait=${wait}`, { seconds: wait + timeout })
      return reply.status === 201 ? { lease: objectIn(reply).lease as string } : { held: heldIn(reply) }
    },

    async invalidate(which) {
      const reply = await call('DELETE', `entries?${queryOf(which)}`)
      if (reply.status === 204)
        return undefined
      const { matched } = objectIn(reply)
      if (typeof matched === 'number')
        return matched
      throw garbage(reply)
    },

    async page(prefix, cursor) {
      const query = { limit: 1000, prefix, cursor }
      const reply = await call('GET', `entries?${queryOf(query)}`)
      const { entries, cursor: next } = objectIn(reply)
      const keys = (listOf(entries, reply) as { key: string }[]).map(({ key }) => key)
      return { keys, cursor: next as string | null }
    },
  }
}

function pathOf(key: string): string {
  return `entries/${toPath(key)}`
}

/** Of those words that are not empty. */
function queryOf(words: object): string {
  return Object.entries(words).flatMap(([name, word]) => word ? `${name}=${toPath(`${word}`)}` : []).join('&')
}

/** Another server's answer, or half of one. */
function garbage(reply: ServerReply): LarderClientError {
  return new LarderClientError('garbage', `The answer ${reply.status} is not Larder's.`, reply)
}

function heldIn(reply: ServerReply): Held {
  // Other servers answer 200 as well.
  if (!reply.header('cache-status').includes('Larder'))
    throw garbage(reply)
  return { type: reply.header('content-type'), bytes: reply.bytes }
}

/** Reads a body as a JSON object. Throws LarderClientError `garbage`. */
function objectIn(reply: ServerReply): Record<string, unknown> {
  try {
    return new Object(JSON.parse(toText(reply.bytes))) as Record<string, unknown>
  }
  catch {
    throw garbage(reply)
  }
}

function listOf(list: unknown, reply: ServerReply): unknown[] {
  if (!Array.isArray(list))
    throw garbage(reply)
  return list
}

function putOf(
  step: Extract<StoreStep, { op: 'set' | 'add' }>,
  expiration: number | null | undefined,
): Partial<ServerQuestion> {
  const { type, body, ttl = expiration, grace, tags, lease } = step
  const headers = {
    'Content-Type': type,
    ...ttl !== undefined && { 'Larder-TTL': ttl === null ? 'none' : inThousandths(ttl) },
    ...grace && { 'Larder-Grace': inThousandths(grace) },
    ...tags && { 'Larder-Tags': tags.map(encodeURIComponent).join() },
    ...lease && { 'Larder-Lease': lease },
  }
  return { headers, body }
}

/** Seconds as a header field takes them: with three decimals at most. */
function inThousandths(seconds: number): string {
  return `${Math.ceil(seconds * 1000) / 1000}`
}
