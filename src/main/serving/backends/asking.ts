import type { Stopwatch } from '../../base/clock'
import type { Turns } from '../elsewhere/turns'
import type { Maybe } from '../maybe'
import type { Call, Hit, Lookup, Peek, ServedCache } from '../ports'
import type { Copies } from './copies'
import type { BackendEntries } from './entries'
import type { KeptEntry } from './kept-entry'
import { isOn } from '../elsewhere/is-on'
import { tookSentence } from '../elsewhere/took'
import { isUnanswered } from '../elsewhere/upstream'
import { hitOfEntry } from './copies'

interface AskingParts {
  next: ServedCache
  entries: BackendEntries
  copies: Copies
  turns: Turns<KeptEntry | undefined>
  stopwatch: Stopwatch
  /** Whether those who ask for a key at the same time may share one answer. */
  shares: boolean
  checkOn: () => void
  /** Called before the backend is asked. */
  start: () => void
}

/** The reads of a cache whose entries are at a backend. */
export function createAsking({
  next,
  entries,
  copies,
  turns,
  stopwatch,
  shares,
  checkOn,
  start,
}: AskingParts): Pick<ServedCache, 'get' | 'peek'> {
  async function fetch(key: string, call: Call): Promise<Lookup> {
    for (;;) {
      const turn = turns.load(key, async (run) => {
        const entry = await entries.read(key)
        checkOn()
        await copies.keep(key, entry, call, run)
        return entry
      }, { join: shares })
      if ('load' in turn) {
        const entry = await turn.load
        checkOn()
        return await copies.count(key, entry, call)
      }
      await turn.written
      checkOn()
      const written = copies.useNear(key, call)
      if (written !== undefined)
        return owned(written)
    }
  }

  async function ask(key: string, call: Call): Promise<Lookup> {
    const began = stopwatch.now()
    start()
    try {
      return await fetch(key, call)
    }
    catch (error) {
      const last = isUnanswered(error) ? await copies.useLast(key, call) : undefined
      if (last === undefined)
        throw error
      checkOn()
      call.sourced = { forward: 'stale', reason: null, collapsed: false, stored: false, failure: 'backend-down' }
      return last
    }
    finally {
      call.marks = [tookSentence(`asked the ${entries.title}`, stopwatch.now() - began)]
    }
  }

  async function look(key: string): Promise<Peek | undefined> {
    const entry = await entries.read(key)
    return entry && hitOfEntry(entry)
  }

  return {
    get: (key, call): Maybe<Lookup> => copies.useNear(key, call) ?? ask(key, call),
    // While a switch is off people see what is held here, and no backend is asked.
    peek: (key, call) => isOn(checkOn) ? copies.peekNear(key, call) ?? look(key) : next.peek(key, call),
  }
}

/** A copy that outlives the next call into the cache. */
function owned(hit: Hit): Hit {
  return { ...hit, value: Buffer.from(hit.value) }
}
