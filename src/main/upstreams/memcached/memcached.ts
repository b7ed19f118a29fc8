import type { ConnectionDefinition } from '@shared/connections/read'
import type { Clock } from '../../base/clock'
import type { Backend } from '../../serving/backends/backend'
import type { Source } from '../../serving/sources/source'
import type { Attempt, Driver, Link } from '../driver'
import type { MemcachedItems } from './items'
import type { MemcachedWire } from './replies'
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { memcachedAddressOf } from '@shared/connections/memcached'
import { encodeKey } from '@shared/entry-key'
import { limits } from '@shared/limits'
import { isLinkLocal, linkLocalSentence } from '../addresses'
import { dial } from '../dial'
import { createWire } from '../wire'
import { createMemcachedItems, fitsMemcached, requireAnswer } from './items'
import { memcachedProtocol } from './replies'

/** Seconds after which a value that a test has written goes by itself. */
const probeTtl = 60
/** More than an item takes besides its key and value. */
const itemOverhead = 128

async function open(
  { values, secrets }: ConnectionDefinition,
  attempt: Attempt,
  now: () => number,
): Promise<Link> {
  const { host, port } = memcachedAddressOf(values)
  const wire = createWire(await dial({ host, port, tls: null }, attempt), memcachedProtocol)
  try {
    attempt.step('authenticate')
    if (values.user !== undefined || secrets.password !== undefined)
      await signIn(wire, `${String(values.user ?? '')} ${secrets.password ?? ''}`, attempt.signal)
    // One by one: a server that wants a password answers the first, and swallows the rest.
    const [version] = await wire.send([Buffer.from('version\r\n')], attempt.signal)
    const { words } = requireAnswer(version)
    const [settings] = await wire.send([Buffer.from('stats settings\r\n')], attempt.signal)
    const most = /^STAT item_size_max (\d+)$/m.exec(requireAnswer(settings).lines.join('\n'))?.[1]
    const items = createMemcachedItems(wire, now)
    const largest = Number(most ?? limits.valueMax)
    // A set that is too large would take away what was there before.
    const beyond: Backend['beyond'] = async (key, bytes) => !fitsMemcached(key)
      ? 'key'
      : bytes + encodeKey(key).length + itemOverhead > largest ? 'value' : null
    return {
      server: `Memcached ${/^[\w.-]{1,32}$/.exec(words[1] ?? '')?.[0] ?? ''}`.trim(),
      ended: wire.ended,
      close: wire.close,
      probe: (write, probing) => probe(items, write, probing),
      source: ({ format }) => sourceOf(items, beyond, format),
      backend: () => backendOf(items, beyond),
    }
  }
  catch (error) {
    wire.close()
    throw error
  }
}

/** The text protocol takes user and password as the value of any key. */
async function signIn({ send }: MemcachedWire, credentials: string, signal: AbortSignal): Promise<void> {
  const bytes = Buffer.from(credentials)
  const [reply] = await send([Buffer.from(`set larder 0 0 ${bytes.length}\r\n${credentials}\r\n`)], signal)
  requireAnswer(reply)
}

async function probe(items: MemcachedItems, write: boolean, { signal, step }: Attempt): Promise<void> {
  const key = `larder:test:${randomBytes(8).toString('hex')}`
  step('read')
  await items.get(key, signal)
  if (!write)
    return
  step('write')
  await items.set(key, Buffer.from('larder'), probeTtl, signal)
  await items.delete(key, signal)
}

function sourceOf(items: MemcachedItems, beyond: Backend['beyond'], format: string): Source {
  return {
    async load(key, signal) {
      const found = await items.get(key, signal)
      return found && { value: found.bytes, contentType: format, ttl: found.life }
    },
    writes: {
      beyond,
      async set(key, { value, ttl }, signal) {
        // Where a life has not been named, that of the item stays.
        const life = ttl === undefined ? (await items.get(key, signal))?.life ?? null : ttl
        await items.set(key, value, life, signal)
      },
      delete: items.delete,
      touch: items.touch,
      async replace(key, before, { value, ttl }, signal) {
        const life = ttl === undefined ? (await items.get(key, signal))?.life ?? null : ttl
        return await items.replace(key, before, { bytes: value, life }, signal)
      },
    },
    keys: items.keys,
  }
}

function backendOf(items: MemcachedItems, beyond: Backend['beyond']): Backend {
  return {
    endsLives: true,
    beyond,
    get: items.get,
    set: (key, { bytes, life }, signal) => items.set(key, bytes, life, signal),
    delete: items.delete,
    replace: items.replace,
    keys: items.keys,
  }
}

export function createMemcachedDriver({ wall }: Pick<Clock, 'wall'>): Driver {
  return {
    open: (definition, attempt) => open(definition, attempt, wall),
    refuse({ values }) {
      const { host } = memcachedAddressOf(values)
      return isLinkLocal(host) ? { field: 'hosts', message: linkLocalSentence(host, host) } : null
    },
  }
}
