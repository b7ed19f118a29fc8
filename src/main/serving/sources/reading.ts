import type { Stopwatch } from '../../base/clock'
import type { Timer } from '../../base/timer'
import type { RememberedKeys } from '../elsewhere/remembered-keys'
import type { Turns } from '../elsewhere/turns'
import type { Upstream } from '../elsewhere/upstream'
import type { Maybe } from '../maybe'
import type { Call, Hit, Lookup, ServedCache, SourceNote } from '../ports'
import type { Brought, Keeping } from './keeping'
import type { ReadWishes } from './wishes'
import { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { askedMarks, loadMarks } from '@shared/load-marks'
import { tookSentence } from '../elsewhere/took'
import { isSourceFailure } from '../elsewhere/upstream'
import { readWishes, suffices } from './wishes'

/** The reads of a cache with a source. */
interface Reading {
  get: (key: string, call: Call) => Maybe<Lookup>
  /** For a write that depends on what is there: a fresh entry is held now if the source has one. */
  ensure: (key: string, call: Call) => Promise<void>
}

interface ReadingParts {
  next: ServedCache
  upstream: Upstream
  absences: RememberedKeys
  keeping: Keeping
  turns: Turns<Brought>
  timer: Timer
  stopwatch: Stopwatch
  /** Milliseconds that a reader of a stale entry waits. */
  patience: number
  checkOn: () => void
}

export function createReading({
  next,
  upstream,
  absences,
  keeping,
  turns,
  timer,
  stopwatch,
  patience,
  checkOn,
}: ReadingParts): Reading {
  /** One load for all who ask for the key; whoever comes in the middle of a write looks again. */
  async function load(key: string, call: Call, note: SourceNote): Promise<Hit | undefined> {
    for (;;) {
      const turn = turns.load(key, run => keeping.fetch(key, call, run))
      if ('load' in turn) {
        note.collapsed = turn.joined
        const { hit, stored } = await turn.load
        note.stored = stored
        checkOn()
        return hit
      }
      await turn.written
      checkOn()
      const held = await next.peek(key, call)
      if (held && !held.stale)
        return owned(held)
    }
  }

  /** A stale entry is served if the source takes longer than the patience, or fails. */
  async function loadOr(held: Hit, key: string, call: Call, note: SourceNote): Promise<Hit | undefined> {
    const loading = load(key, call, note)
    const enough = Promise.withResolvers<Hit>()
    const alarm = timer.after(patience, () => enough.resolve(held))
    try {
      return await Promise.race([loading, enough.promise])
    }
    catch (error) {
      if (!isSourceFailure(error))
        throw error
      note.failure = error.code
      return held
    }
    finally {
      alarm.dispose()
      // It goes on in the background, where nobody hears of its failure but the breaker.
      loading.catch(() => {})
    }
  }

  async function forward(key: string, call: Call, found: Lookup, wishes: ReadWishes | null): Promise<Lookup> {
    const held = typeof found === 'string' ? null : owned(found)
    if (wishes?.onlyHeld === true)
      throw new LarderError('not-held', 'Nothing is held that is fresh enough, and only-if-cached was asked for.')
    if (typeof found === 'string' && wishes?.reload !== true && absences.has(key)) {
      call.marks = [askedMarks.remembered(upstream.name)]
      return found
    }
    const note: SourceNote = {
      forward: held === null ? 'miss' : wishes === null || held.stale ? 'stale' : 'request',
      reason: typeof found === 'string' ? found : null,
      collapsed: false,
      stored: false,
      failure: null,
    }
    call.sourced = note
    const began = stopwatch.now()
    let loaded: Hit | undefined
    try {
      loaded = held?.stale === true && wishes?.reload !== true
        ? await loadOr(held, key, call, note)
        : await load(key, call, note)
      return loaded ?? (typeof found === 'string' ? found : 'absent')
    }
    finally {
      call.marks = [
        sentenceOf(upstream.name, note, stopwatch.now() - began),
        ...loaded === undefined || loaded === held ? [] : marksOf(note),
      ]
    }
  }

  function answer(key: string, call: Call, found: Lookup): Maybe<Lookup> {
    const wishes = readWishes(call.cacheControl)
    if (found === 'disabled' || (typeof found !== 'string' && suffices(found, wishes)))
      return found
    return forward(key, call, found, wishes)
  }

  return {
    get(key, call) {
      const found = next.get(key, call)
      return found instanceof Promise ? found.then(lookup => answer(key, call, lookup)) : answer(key, call, found)
    },
    async ensure(key, call) {
      const held = await next.peek(key, call)
      if ((held === undefined || held.stale) && !absences.has(key))
        await load(key, call, { forward: 'miss', reason: null, collapsed: false, stored: false, failure: null })
    },
  }
}

/** A copy that outlives the next call into the cache. */
function owned(hit: Hit): Hit {
  return { ...hit, value: Buffer.from(hit.value) }
}

/** What the request log says; @param took milliseconds */
function sentenceOf(name: string, { collapsed, failure }: SourceNote, took: number): string {
  if (failure !== null)
    return tookSentence(`stale, because ${name} failed (${failure})`, took)
  return tookSentence(collapsed ? askedMarks.waited(name) : askedMarks.asked(name), took)
}

/** What the request log says of a load that brought something. */
function marksOf({ forward, stored }: SourceNote): string[] {
  return [
    ...forward === 'miss' ? [] : [forward === 'stale' ? loadMarks.stale : loadMarks.fresh],
    ...stored ? [] : [loadMarks.passing],
  ]
}
