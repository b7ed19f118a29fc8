import type { LoadRun, Turns } from '../elsewhere/turns'
import type { Call, IncrementOptions, ServedCache, WriteOptions, WriteResult } from '../ports'
import type { Copies } from './copies'
import type { BackendEntries, Decision } from './entries'
import type { EntryFormat } from './formats'
import type { KeptEntry } from './kept-entry'
import { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { mergePatch } from '../../cache/merge-patch'
import { holds } from '../../cache/precondition'
import { addTo } from '../../cache/whole-number'
import { changeOrDrop } from '../elsewhere/upstream'
import { isStale } from './kept-entry'

interface ChangingParts {
  entries: BackendEntries
  copies: Copies
  turns: Pick<Turns<KeptEntry | undefined>, 'write'>
  format: EntryFormat
  /** Seconds; of an entry that is given none. */
  ttl: number | null
}

/** What a write says about an entry, besides its value. */
type Given
  = Pick<WriteOptions, 'contentType' | 'tags' | 'kind' | 'flags' | 'ttl' | 'givenTtl' | 'grace' | 'givenGrace'>

/** The calls that change one entry. They go to the backend first; the copy here follows. */
export function createChanging({
  entries,
  copies,
  turns,
  format,
  ttl: ownTtl,
}: ChangingParts): Pick<ServedCache, 'set' | 'delete' | 'touch' | 'increment' | 'mergePatch'> {
  function entryOf(value: Buffer, given: Given): KeptEntry {
    const { ttl = ownTtl, givenTtl = ttl, grace = 0, givenGrace = grace } = given
    return {
      value,
      contentType: format.typeOf(given.contentType),
      tags: [...new Set(given.tags)],
      kind: given.kind ?? 'bytes',
      flags: given.flags ?? 0,
      version: format.versionOf(value),
      age: 0,
      ttl,
      givenTtl,
      grace,
      givenGrace,
    }
  }

  /** Another value of an entry, whose times go on. */
  function renewed(before: KeptEntry, value: Buffer): KeptEntry {
    return { ...before, value, version: format.versionOf(value), age: 0 }
  }

  /** A change of one key in its turn; what it leaves is the copy here. */
  function inTurn<T>(
    key: string,
    call: Call,
    work: () => Promise<Decision<T>>,
  ): Promise<T> {
    return turns.write(key, async (run: LoadRun) => {
      copies.doubt(key)
      const { result, after } = await changeOrDrop(work, () => copies.drop(key, 'dropped', call))
      if (after === null)
        await copies.drop(key, 'deleted', call)
      else if (after !== undefined)
        await copies.follow(key, after, call, run)
      else if (!run.current)
        await copies.drop(key, 'dropped', call)
      return result
    })
  }

  function alter<T>(
    key: string,
    call: Call,
    decide: (before: KeptEntry | undefined) => Decision<T>,
  ): Promise<T> {
    return inTurn(key, call, () => entries.alter(key, decide))
  }

  function setIf(key: string, value: Buffer, options: WriteOptions, call: Call): Promise<WriteResult> {
    const { ifAbsent, ifVersion, keepTimes, ...given } = options
    return alter<WriteResult>(key, call, (before) => {
      if ((ifAbsent === true && before && !isStale(before)) || !holds(ifVersion, before))
        return { result: { outcome: 'refused', version: before?.version ?? 0 } }
      const kept = keepTimes === true ? before : undefined
      const times = kept && timesOf(kept)
      const after = entryOf(value, { ...given, ...times })
      return { after, result: { outcome: before ? 'replaced' : 'created', version: after.version } }
    })
  }

  return {
    async set(key, value, options = {}, call) {
      if (options.ifAbsent === true || options.ifVersion !== undefined || options.keepTimes === true)
        return await setIf(key, value, options, call)
      const after = entryOf(value, options)
      return await inTurn(key, call, async () => {
        const replaced = await entries.write(key, after)
        return { after, result: { outcome: replaced ? 'replaced' : 'created', version: after.version } }
      })
    },

    async delete(key, ifVersion, call) {
      if (ifVersion !== undefined) {
        return await alter<'removed' | 'missing' | 'refused'>(key, call, before => holds(ifVersion, before)
          ? { after: null, result: 'removed' }
          : { result: before ? 'refused' : 'missing' })
      }
      return await inTurn(key, call, async () => ({
        after: null,
        result: await entries.remove(key) ? 'removed' : 'missing',
      }))
    },

    touch: (key, ttl, ifVersion, call) => alter<'touched' | 'missing' | 'refused'>(key, call, (before) => {
      if (!before || !holds(ifVersion, before))
        return { result: before ? 'refused' : 'missing' }
      return { after: { ...before, ttl, givenTtl: ttl, grace: before.givenGrace }, result: 'touched' }
    }),

    increment: (key, by, options = {}, call) => alter(key, call, (before) => {
      if (!holds(options.ifVersion, before))
        throw anotherVersion()
      const fresh = before && !isStale(before) ? before : undefined
      const number = addTo(bytesOf(fresh)?.value, by).toString()
      const value = Buffer.from(number)
      const after = fresh ? renewed(fresh, value) : entryOf(value, newNumber(options))
      return { after, result: { number, version: after.version } }
    }),

    mergePatch: (key, patch, ifVersion, call) => alter(key, call, (before) => {
      if (!holds(ifVersion, before))
        throw anotherVersion()
      const entry = bytesOf(before)
      if (entry === undefined)
        throw new LarderError('entry-not-found', 'There is no entry to patch.')
      const after = renewed(entry, mergePatch(entry.value, patch))
      return { after, result: { outcome: 'replaced', version: after.version } }
    }),
  }
}

function timesOf({ ttl, givenTtl, grace, givenGrace }: KeptEntry): Given {
  return { ttl, givenTtl, grace, givenGrace }
}

function newNumber({ ttl, grace, tags }: IncrementOptions): Given {
  return { ttl, grace, tags, contentType: 'text/plain; charset=utf-8' }
}

/** Numbers and JSON texts are bytes; the contents of a structure follow other rules. */
function bytesOf(entry: KeptEntry | undefined): KeptEntry | undefined {
  if (entry !== undefined && entry.kind !== 'bytes')
    throw new LarderError('wrong-kind', `The entry is a ${entry.kind}; this works on bytes only.`)
  return entry
}

function anotherVersion(): LarderError {
  return new LarderError('precondition-failed', 'The entry has another version.')
}
