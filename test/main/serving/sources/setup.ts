import type { SourceSettings } from '@shared/source-settings'
import type { CacheDefinition } from '../../../../src/main/cache/ports'
import type { Call, Lookup } from '../../../../src/main/serving/ports'
import { Buffer } from 'node:buffer'
import { SourceInput } from '@shared/source-settings'
import { createBreakers } from '../../../../src/main/serving/elsewhere/breaker'
import { createMeters } from '../../../../src/main/serving/elsewhere/meter'
import { createReadThrough } from '../../../../src/main/serving/layers/read-through'
import { createManualTimer } from '../../../helpers/manual-timer'
import { createMemorySource } from '../../../helpers/memory-source'
import { callOf, setUp } from '../setup'

/** A cache `c` with a source in memory. The TTL does not vary. */
export function setUpSource(source: Partial<SourceSettings> = {}, settings: Partial<CacheDefinition> = {}) {
  const memory = createMemorySource()
  const timer = createManualTimer()
  const times = { clock: null as ReturnType<typeof setUp>['clock'] | null }
  const stopwatch = { now: () => times.clock?.stopwatch.now() ?? 0 }
  const meterOf = createMeters(stopwatch)
  const layer = createReadThrough({
    sources: {
      find: ({ connection }) => connection === 'main' ? memory : undefined,
      breakerOf: createBreakers(stopwatch),
      meterOf,
    },
    timer,
    random: () => 0.5,
  })
  const parts = setUp([layer], {
    ttl: 300,
    ...settings,
    source: SourceInput.parse({ connection: 'main', ...source }),
  }, undefined, timer)
  times.clock = parts.clock
  return {
    ...parts,
    memory,
    timer,
    meter: meterOf('main'),
    /** Lets milliseconds pass for lives and for deadlines. */
    pass(milliseconds: number) {
      parts.clock.advance(milliseconds)
      timer.advance(milliseconds)
    },
    cache: () => parts.mount.served,
    async get(key: string, change: Partial<Call> = {}) {
      const call = callOf(change)
      return { lookup: textOf(await parts.mount.served.get(key, call)), call }
    },
    async set(key: string, text: string, options = {}) {
      return await parts.mount.served.set(key, Buffer.from(text), options, callOf({ operation: 'entries.put' }))
    },
  }
}

/** The text of a value, or why there is none. */
export function textOf(lookup: Lookup): string {
  return typeof lookup === 'string' ? `(${lookup})` : lookup.value.toString()
}

export function valueOf(text: string, ttl?: number | null) {
  return { value: Buffer.from(text), contentType: 'text/plain', ttl }
}
