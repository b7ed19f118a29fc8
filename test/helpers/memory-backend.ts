import type { Backend, StoredBytes } from '../../src/main/serving/backends/backend'
import { Buffer } from 'node:buffer'

interface MemoryBackend extends Backend {
  replace: NonNullable<Backend['replace']>
  /** What it holds, for the test to look at. */
  held: Map<string, { bytes: Buffer, ends: number }>
  /** Milliseconds, by which it ends lives. */
  now: () => number
  /**
   * Is called at the beginning (`before`) and at the end (`after`) of each call: it may wait, or
   * throw in its place.
   */
  gate: (moment: 'before' | 'after', operation: string, key: string) => Promise<void> | void
  /** Calls that have begun, in order. */
  calls: string[]
  /** Hears of each change, at its moment. */
  changed: (key: string, bytes: Buffer | null) => void
}

/** A backend in memory, for tests; keys have at most 250 bytes, values 1 MB. */
export function createMemoryBackend(): MemoryBackend {
  const held: MemoryBackend['held'] = new Map()

  function find(key: string): { bytes: Buffer, ends: number } | undefined {
    const found = held.get(key)
    return found && found.ends > backend.now() ? found : undefined
  }

  function change(key: string, stored: StoredBytes | null): boolean {
    const there = find(key) !== undefined
    if (stored === null)
      held.delete(key)
    else
      held.set(key, { bytes: stored.bytes, ends: backend.now() + (stored.life ?? Infinity) * 1000 })
    backend.changed(key, stored?.bytes ?? null)
    return there
  }

  async function gated<T>(operation: string, key: string, work: () => T): Promise<T> {
    backend.calls.push(`${operation} ${key}`)
    await backend.gate('before', operation, key)
    const result = work()
    await backend.gate('after', operation, key)
    return result
  }

  const backend: MemoryBackend = {
    held,
    now: () => performance.now(),
    gate: () => {},
    calls: [],
    changed: () => {},
    endsLives: true,
    beyond: async (key, bytes) => Buffer.byteLength(key) > 250 ? 'key' : bytes > 1e6 ? 'value' : null,
    get: (key, signal) => gated('get', key, () => {
      signal.throwIfAborted()
      const found = find(key)
      const life = found && (found.ends === Infinity ? null : (found.ends - backend.now()) / 1000)
      return found && { bytes: Buffer.from(found.bytes), life: life ?? null }
    }),
    set: (key, stored) => gated('set', key, () => change(key, stored)),
    delete: key => gated('delete', key, () => change(key, null)),
    replace: (key, before, after) => gated('replace', key, () => {
      const found = find(key)?.bytes ?? null
      const same = found === null || before === null ? found === before : found.equals(before)
      if (same)
        change(key, after)
      return same
    }),
    async* keys(prefix) {
      const all = [...held.keys()].filter(key => key.startsWith(prefix))
      for (let at = 0; at < all.length; at += 100)
        yield await gated('keys', prefix, () => all.slice(at, at + 100))
    },
  }
  return backend
}
