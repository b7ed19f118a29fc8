import type { SourceSettings } from '@shared/source-settings'
import type { Buffer } from 'node:buffer'
import type { RememberedKeys } from '../elsewhere/remembered-keys'
import type { LoadRun } from '../elsewhere/turns'
import type { Upstream } from '../elsewhere/upstream'
import type { Call, Hit, ServedCache } from '../ports'
import type { SourceValue } from './source'
import { createHash } from 'node:crypto'
import { sourceKey } from '@shared/source-settings'

/** What a load brought. */
export interface Brought {
  /** Undefined if the source has nothing. */
  hit: Hit | undefined
  stored: boolean
  /** An entry went: the source no longer has it, or has a newer one that is not held. */
  gone: boolean
}

/** Loads from the source and keeps what it brings. */
export interface Keeping {
  /** Stores what the source has, unless something was written since the run began. */
  fetch: (key: string, call: Call, run: LoadRun) => Promise<Brought>
}

interface KeepingParts {
  next: ServedCache
  upstream: Upstream
  absences: RememberedKeys
  settings: SourceSettings
  /** From 0 up to, but not including, 1. */
  random: () => number
  checkOn: () => void
}

export function createKeeping({ next, upstream, absences, settings, random, checkOn }: KeepingParts): Keeping {
  /**
   * The TTL varies, so that what was loaded at once does not expire at once; never beyond what the
   * source says.
   */
  function ttlOf({ ttl }: SourceValue): number | null {
    const own = next.definition.ttl
    if (ttl !== undefined && ttl !== null)
      return ttl * (1 - random() * settings.jitter)
    return own === null ? null : own * (1 + (random() * 2 - 1) * settings.jitter)
  }

  /**
   * What is not held takes the older copy with it: somebody has seen it, and nobody who reads later
   * may get less. That copy's grace ends as well, as no error of the source makes it true again.
   */
  async function pass(key: string, call: Call, loaded: SourceValue, run: LoadRun): Promise<Brought> {
    return { hit: passingHit(loaded, next.definition.ttl), stored: false, gone: await drop(key, call, run) }
  }

  /** Nobody here took it away, so its key misses as absent. Resolves to whether there was one. */
  async function drop(key: string, call: Call, run: LoadRun): Promise<boolean> {
    const held = await next.peek(key, call)
    if (!run.current)
      return false
    await next.drop(key, 'dropped', call)
    return held !== undefined
  }

  async function keep(key: string, call: Call, loaded: SourceValue, run: LoadRun): Promise<Brought> {
    if (loaded.ttl === 0)
      return await pass(key, call, loaded, run)
    const options = { contentType: loaded.contentType, ttl: ttlOf(loaded), grace: loaded.grace ?? settings.grace }
    await next.roomFor(loaded.value.length, key, options, call)
    if (!run.current)
      return await pass(key, call, loaded, run)
    checkOn()
    const { outcome } = await next.set(key, loaded.value, options, call)
    const held = outcome === 'too-large' ? undefined : await next.peek(key, call)
    if (held === undefined)
      return await pass(key, call, loaded, run)
    return { hit: { ...held, value: loaded.value }, stored: true, gone: false }
  }

  return {
    async fetch(key, call, run) {
      const loaded = await upstream.call((source, signal) => source.load(sourceKey(settings, key), signal), true)
      if (loaded !== undefined)
        return await keep(key, call, loaded, run)
      if (!run.current)
        return { hit: undefined, stored: false, gone: false }
      absences.add(key)
      return { hit: undefined, stored: false, gone: await drop(key, call, run) }
    },
  }
}

/** A value that goes to those who asked, and is not held. */
function passingHit({ value, contentType, ttl }: SourceValue, ownTtl: number | null): Hit {
  return {
    value,
    contentType,
    tags: [],
    kind: 'bytes',
    flags: 0,
    version: passingVersion(value),
    age: 0,
    ttl: ttl ?? ownTtl,
    stale: false,
    hits: 0,
  }
}

/**
 * A version for what is not held. It comes from the bytes, so that two values never have the same
 * ETag, and is above all versions that the engine gives, which count microseconds.
 */
export function passingVersion(value: Buffer): number {
  return 2 ** 52 + createHash('sha256').update(value).digest().readUIntBE(0, 6)
}
