import type { Upstream } from '../elsewhere/upstream'
import type { Backend, StoredBytes } from './backend'
import type { EntryFormat } from './formats'
import type { KeptEntry } from './kept-entry'
import { encodeKey } from '@shared/entry-key'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'

/** What becomes of an entry: another one; null: it goes; missing: nothing. */
export interface Decision<T> { result: T, after?: KeptEntry | null }

/**
 * The entries of one cache at its backend, by the keys of the cache. All reject with LarderError
 * `source-failed`, `source-timeout`, `source-resting`.
 */
export interface BackendEntries {
  /** For sentences: `backend main`. */
  readonly title: string
  read: (key: string) => Promise<KeptEntry | undefined>
  /** Resolves to whether there was an entry. Rejects with `too-large`, `not-here` as well. */
  write: (key: string, entry: KeptEntry) => Promise<boolean>
  /** Resolves to whether there was an entry. */
  remove: (key: string) => Promise<boolean>
  /**
   * Reads, decides, and changes what is there if it still is what was read; else it begins anew.
   * Rejects with what `decide` throws, and LarderError `not-here` (the backend cannot do this),
   * `too-large`, `precondition-failed`.
   */
  alter: <T>(key: string, decide: (before: KeptEntry | undefined) => Decision<T>) => Promise<Decision<T>>
  /**
   * As `alter`, for what is found by a scan: also what is past its time, for which there is no
   * entry, and what is no entry of Larder, which stays. Where nothing can be compared it deletes
   * what it has read.
   */
  sift: (key: string, keep: (entry: KeptEntry | undefined) => KeptEntry | 'keep' | null) => Promise<boolean>
  /** All keys, in pieces; one may come twice. */
  keys: (prefix: string) => AsyncGenerator<string[]>
  /** Whether entries can be changed by comparing them. Opens no connection. */
  canCompare: () => boolean
  /** Whether keys alone tell what is there. */
  onlyTheLiving: () => boolean
}

/** Times that an entry is read and written anew because others changed it. */
const attempts = 10

interface BackendEntriesParts {
  upstream: Upstream<Backend>
  /** Undefined if there is no such connection. */
  find: () => Backend | undefined
  format: EntryFormat
  prefix: string
}

export function createBackendEntries({ upstream, find, format, prefix }: BackendEntriesParts): BackendEntries {
  const { title, call } = upstream
  const at = (key: string): string => `${prefix}${key}`

  async function requireFits(backend: Backend, key: string, bytes: number, signal: AbortSignal): Promise<void> {
    const beyond = await backend.beyond(at(key), bytes, signal)
    if (beyond === 'key')
      throw new LarderError('too-large', `The key, with the prefix ${prefix}, is longer than the ${title} takes.`)
    if (beyond === 'value')
      throw new LarderError('too-large', `The value is larger than the ${title} takes.`)
  }

  async function isLive(backend: Backend, key: string, signal: AbortSignal): Promise<boolean> {
    const stored = await backend.get(at(key), signal)
    return stored !== undefined && readAny(stored) !== undefined
  }

  /** What is there, which may be none of ours. */
  function readAny(stored: StoredBytes): KeptEntry | 'foreign' | undefined {
    try {
      return format.read(stored)
    }
    catch (error) {
      if (error instanceof LarderError)
        return 'foreign'
      throw error
    }
  }

  function compareOf({ replace }: Backend): NonNullable<Backend['replace']> {
    if (replace === undefined)
      throw new LarderError('not-here', `The ${title} cannot compare and set, which this needs.`)
    return replace
  }

  return {
    title,
    canCompare: () => find()?.replace !== undefined,
    onlyTheLiving: () => find()?.endsLives === true,
    read: key => call(async (backend, signal) => {
      const stored = await backend.get(at(key), signal)
      return stored && format.read(stored)
    }, true),
    async write(key, entry) {
      const stored = format.write(entry)
      return await call(async (backend, signal) => {
        await requireFits(backend, key, stored.bytes.length, signal)
        const wasLive = backend.endsLives || await isLive(backend, key, signal)
        return await backend.set(at(key), stored, signal) && wasLive
      })
    },
    remove: key => call(async (backend, signal) => {
      const wasLive = backend.endsLives || await isLive(backend, key, signal)
      return await backend.delete(at(key), signal) && wasLive
    }),
    alter: (key, decide) => call(async (backend, signal) => {
      const replace = compareOf(backend)
      for (let attempt = 0; attempt < attempts; attempt++) {
        const stored = await backend.get(at(key), signal)
        const decision = decide(stored && format.read(stored))
        if (decision.after === undefined)
          return decision
        const after: StoredBytes | null = decision.after && format.write(decision.after)
        if (after)
          await requireFits(backend, key, after.bytes.length, signal)
        if (stored === undefined && after === null)
          return decision
        if (await replace(at(key), stored?.bytes ?? null, after, signal))
          return decision
      }
      throw new LarderError('precondition-failed', `Others change this entry at the ${title} all the time.`)
    }),
    sift: (key, keep) => call(async (backend, signal) => {
      const { replace = async name => await backend.delete(name, signal) } = backend
      for (let attempt = 0; attempt < attempts; attempt++) {
        const stored = await backend.get(at(key), signal)
        const found = stored === undefined ? 'foreign' : readAny(stored)
        const after = found === 'foreign' ? 'keep' : keep(found)
        if (stored === undefined || after === 'keep')
          return false
        if (await replace(at(key), stored.bytes, after && format.write(after), signal))
          return true
      }
      return false
    }),
    async* keys(own) {
      const abort = new AbortController()
      let pages: AsyncIterator<readonly string[]> | undefined
      try {
        for (;;) {
          // Each piece has the deadline of a call; all of them together may take long.
          const { done, value } = await call((backend) => {
            pages ??= backend.keys(at(own), abort.signal)[Symbol.asyncIterator]()
            return pages.next()
          })
          if (done === true)
            return
          const keys = value.filter(name => name.startsWith(prefix)).map(name => name.slice(prefix.length))
          yield keys.filter(key => key !== '' && encodeKey(key).length <= limits.entryKey)
        }
      }
      finally {
        abort.abort()
      }
    },
  }
}
