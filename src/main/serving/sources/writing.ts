import type { SourceSettings } from '@shared/source-settings'
import type { LoadRun, Turns } from '../elsewhere/turns'
import type { Upstream } from '../elsewhere/upstream'
import type { Call, Hit, ServedCache, WriteOptions, WriteResult } from '../ports'
import type { Brought, Keeping } from './keeping'
import type { Source, SourceValue, SourceWrites } from './source'
import { Buffer } from 'node:buffer'
import { LarderError } from '@shared/errors'
import { sourceKey } from '@shared/source-settings'
import { mergePatch } from '../../cache/merge-patch'
import { holds } from '../../cache/precondition'
import { addTo } from '../../cache/whole-number'
import { changeOrDrop } from '../elsewhere/upstream'
import { passingVersion } from './keeping'

/** The calls that change one entry. */
export type Writing = Pick<ServedCache, 'set' | 'delete' | 'touch' | 'increment' | 'mergePatch'>

interface WritingParts {
  next: ServedCache
  upstream: Upstream
  /** Undefined if there is no such connection. */
  find: () => Source | undefined
  turns: Pick<Turns<Brought>, 'write'>
  keeping: Keeping
  settings: SourceSettings
}

/** Times that a number or a document is read and written anew because others changed it. */
const attempts = 10

/** Writes that go to the source first. The copy here follows once the source has taken them. */
export function createWriteThrough({ next, upstream, find, turns, keeping, settings }: WritingParts): Writing {
  const at = (key: string): string => sourceKey(settings, key)

  /** Throws LarderError `too-large`, before anything is changed. */
  async function requireFits(to: SourceWrites, key: string, bytes: number, signal: AbortSignal): Promise<void> {
    const beyond = await to.beyond?.(at(key), bytes, signal)
    if (beyond)
      throw new LarderError('too-large', `The ${beyond} is larger than the ${upstream.title} takes.`)
  }

  /** If it is not known what the source has now, the copy here must not be served any more. */
  function change<T>(
    key: string,
    call: Call,
    work: (to: SourceWrites, signal: AbortSignal, from: Source) => Promise<T>,
  ): Promise<T> {
    return changeOrDrop(
      () => upstream.call((source, signal) => work(writesOf(source, upstream.name), signal, source)),
      () => next.delete(key, undefined, call),
    )
  }

  /** What the cache has, after a load if it has nothing fresh. */
  async function current(key: string, call: Call, run: LoadRun): Promise<Hit | undefined> {
    const held = await next.peek(key, call)
    if (held?.stale === false)
      return { ...held, value: Buffer.from(held.value) }
    return (await keeping.fetch(key, call, run)).hit
  }

  /**
   * The copy here. There is none if the cache was flushed, or the entry invalidated, while the
   * source was at it: what was meant to go may have been this, or what has replaced it there since.
   */
  async function keep(
    key: string,
    { value, contentType, ttl }: SourceValue,
    options: WriteOptions,
    call: Call,
    run: LoadRun,
  ): Promise<WriteResult> {
    if (run.current)
      return await next.set(key, value, { ...options, contentType, ...ttl !== undefined && { ttl } }, call)
    const removed = await next.delete(key, undefined, call)
    return { outcome: removed === 'removed' ? 'replaced' : 'created', version: passingVersion(value) }
  }

  async function set(
    key: string,
    value: Buffer,
    options: WriteOptions,
    call: Call,
    run: LoadRun,
  ): Promise<WriteResult> {
    const { ifAbsent = false, ifVersion, ...rest } = options
    const conditional = ifAbsent || ifVersion !== undefined
    const before = conditional || rest.keepTimes === true ? await current(key, call, run) : undefined
    if ((ifAbsent && before?.stale === false) || !holds(ifVersion, before))
      return { outcome: 'refused', version: before?.version ?? 0 }
    const entry = {
      value,
      contentType: rest.contentType ?? settings.format,
      // A life that goes on goes on there, too: it may be another one than that of the copy here.
      // The TTL of the cache is that of copies, and ends nothing at the source.
      ttl: rest.keepTimes === true && before ? undefined : rest.ttl ?? null,
    }
    const written = await change(key, call, async (to, signal) => {
      await requireFits(to, key, value.length, signal)
      if (conditional)
        return await replaceOf(to, upstream.name)(at(key), before?.value ?? null, entry, signal)
      await to.set(at(key), entry, signal)
      return true
    })
    if (!written) {
      // The source has something else than the copy here, which therefore is no longer true.
      const { hit } = await keeping.fetch(key, call, run)
      return { outcome: 'refused', version: hit?.version ?? 0 }
    }
    return await keep(key, { ...entry, ttl: rest.ttl }, rest, call, run)
  }

  /** Reads what the source has, changes it, and writes it if it still is what was read. */
  async function alter(
    key: string,
    call: Call,
    ttl: number | null,
    alterValue: (before: SourceValue | undefined) => Omit<SourceValue, 'ttl'>,
  ): Promise<SourceValue> {
    return await change(key, call, async (to, signal, from) => {
      const replace = replaceOf(to, upstream.name)
      for (let attempt = 0; attempt < attempts; attempt++) {
        const before = await from.load(at(key), signal)
        const after = { ...alterValue(before), ttl: before === undefined ? ttl : before.ttl }
        await requireFits(to, key, after.value.length, signal)
        if (await replace(at(key), before?.value ?? null, after, signal))
          return after
      }
      throw new LarderError('precondition-failed', `Others change this entry at ${upstream.name} all the time.`)
    })
  }

  /** How long what has no end at the source is held here. */
  function held(value: SourceValue): SourceValue {
    return { ...value, ttl: value.ttl ?? next.definition.ttl }
  }

  async function checkVersion(
    key: string,
    ifVersion: WriteOptions['ifVersion'],
    call: Call,
    run: LoadRun,
  ): Promise<void> {
    if (ifVersion !== undefined && !holds(ifVersion, await current(key, call, run)))
      throw new LarderError('precondition-failed', 'The entry has another version.')
  }

  async function touch(
    key: string,
    ttl: number | null,
    ifVersion: WriteOptions['ifVersion'],
    call: Call,
    run: LoadRun,
  ): Promise<'touched' | 'missing' | 'refused'> {
    if (ifVersion !== undefined && !holds(ifVersion, await current(key, call, run)))
      return 'refused'
    const there = await change(key, call, (to, signal) => touchOf(to, upstream.name)(at(key), ttl, signal))
    const held = await next.peek(key, call)
    // What is stale may be something else there by now; the next reader asks.
    if (!there || !run.current || held?.stale === true)
      await next.delete(key, undefined, call)
    else if (held)
      await next.touch(key, ttl, undefined, call)
    return there ? 'touched' : 'missing'
  }

  return {
    set: (key, value, options = {}, call) => turns.write(key, run => set(key, value, options, call, run)),

    delete: (key, ifVersion, call) => turns.write(key, async (run) => {
      if (ifVersion !== undefined && !holds(ifVersion, await current(key, call, run)))
        return 'refused'
      const there = await change(key, call, (to, signal) => to.delete(at(key), signal))
      const here = await next.delete(key, undefined, call)
      return there || here === 'removed' ? 'removed' : 'missing'
    }),

    touch(key, ttl, ifVersion, call) {
      const source = find()
      // A source without lives has nothing to renew.
      return source && source.writes?.touch === undefined
        ? next.touch(key, ttl, ifVersion, call)
        : turns.write(key, run => touch(key, ttl, ifVersion, call, run))
    },

    increment: (key, by, options = {}, call) => turns.write(key, async (run) => {
      await checkVersion(key, options.ifVersion, call, run)
      const after = await alter(key, call, options.ttl ?? null, before => ({
        value: Buffer.from(addTo(before?.value, by).toString()),
        contentType: before?.contentType ?? 'text/plain; charset=utf-8',
      }))
      const { version } = await keep(key, held(after), { grace: options.grace, tags: options.tags }, call, run)
      return { number: after.value.toString('latin1'), version }
    }),

    mergePatch: (key, patch, ifVersion, call) => turns.write(key, async (run) => {
      await checkVersion(key, ifVersion, call, run)
      const after = await alter(key, call, null, (before) => {
        if (before === undefined)
          throw new LarderError('entry-not-found', 'There is no entry to patch.')
        return { value: mergePatch(before.value, patch), contentType: before.contentType }
      })
      const before = await next.peek(key, call)
      return await keep(key, held(after), { grace: before?.grace, tags: before?.tags }, call, run)
    }),
  }
}

function writesOf({ writes }: Source, name: string): SourceWrites {
  if (writes === undefined)
    throw new LarderError('not-here', `The source ${name} can only be read.`)
  return writes
}

function touchOf({ touch }: SourceWrites, name: string): NonNullable<SourceWrites['touch']> {
  if (touch === undefined)
    throw new LarderError('not-here', `The source ${name} knows no lives.`)
  return touch
}

function replaceOf({ replace }: SourceWrites, name: string): NonNullable<SourceWrites['replace']> {
  if (replace === undefined)
    throw new LarderError('not-here', `The source ${name} cannot compare and set, which this needs.`)
  return replace
}
