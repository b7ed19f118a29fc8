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
  /** An entry was deleted, because the source no longer has it. */
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

  async function keep(key: string, call: Call, loaded: SourceValue, run: LoadRun): Promise<Brought> {
    const passing = { hit: passingHit(loaded, next.definition.ttl), stored: false, gone: false }
    if (loaded.ttl === 0)
      return passing
    const options = { contentType: loaded.contentType, ttl: ttlOf(loaded), grace: loaded.grace ?? settings.grace }
    await next.roomFor(loaded.value.length, key, options, call)
    if (!run.current)
      return passing
    checkOn()
    const { outcome } = await next.set(key, loaded.value, options, call)
    const held = outcome === 'too-large' ? undefined : await next.peek(key, call)
    return held === undefined ? passing : { hit: { ...held, value: loaded.value }, stored: true, gone: false }
  }

  return {
    async fetch(key, call, run) {
      const loaded = await upstream.call((source, signal) => source.load(sourceKey(settings, key), signal), true)
      if (loaded !== undefined)
        return await keep(key, call, loaded, run)
      if (!run.current)
        return { hit: undefined, stored: false, gone: false }
      absences.add(key)
      const gone = await next.delete(key, undefined, call) === 'removed'
      return { hit: undefined, stored: false, gone }
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
