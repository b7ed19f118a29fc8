import type { Stopwatch } from '../../../src/main/base/clock'
import type { Principal, ScopeName } from '../../../src/main/base/principal'
import type { Timer } from '../../../src/main/base/timer'
import type { CacheDefinition, EntryJournal } from '../../../src/main/cache/ports'
import type { Call, Layer } from '../../../src/main/serving/ports'
import { onTestFinished } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { createEventHub } from '../../../src/main/base/event-hub'
import { silentLogger } from '../../../src/main/base/logger'
import { widenScopes } from '../../../src/main/base/principal'
import { createEngine } from '../../../src/main/cache/engine'
import { createServing } from '../../../src/main/serving/serving'
import { createManualTimer } from '../../helpers/manual-timer'
import { createMemoryJournal } from '../../helpers/memory-journal'
import { definitionOf } from '../cache/workbench'

/** Returns a caller who may read and write all caches in the space of `definitionOf`. */
export function principalOf(change: Partial<Omit<Principal, 'scopes'>> & { scopes?: ScopeName[] } = {}): Principal {
  const { scopes = ['read', 'write'], ...rest } = change
  return {
    kind: 'key',
    keyId: 'k1',
    userId: definitionOf({}).space,
    admin: false,
    caches: null,
    origins: new Set(),
    ...rest,
    scopes: widenScopes(scopes),
  }
}

export function callOf(change: Partial<Call> = {}): Call {
  return {
    principal: principalOf(),
    face: 'native',
    operation: 'entries.get',
    asApp: false,
    method: 'GET',
    path: '/x',
    started: 0,
    space: null,
    cache: null,
    key: null,
    found: null,
    result: 'ok',
    reason: null,
    detail: null,
    ttl: null,
    admitted: true,
    marks: [],
    cacheControl: null,
    sourced: null,
    ...change,
  }
}

/** Creates the serving over an engine with one cache `c`. */
export function setUp(
  layers: readonly Layer[] = [],
  settings: Partial<CacheDefinition> = {},
  given?: Stopwatch,
  timer: Timer = createManualTimer(),
  journal: EntryJournal = createMemoryJournal(),
) {
  const clock = createManualClock()
  const stopwatch = given ?? clock.stopwatch
  const errors: string[] = []
  const logger = { ...silentLogger, error: (message: string) => void errors.push(message) }
  const engine = createEngine({ clock, stopwatch, journal, budget: 2 ** 26, logger })
  onTestFinished(() => engine.dispose())
  const hub = createEventHub((error) => {
    throw error
  })
  const parts = createServing({ engine, layers, clock, stopwatch, timer, hub, logger })
  const mount = parts.caches.open(definitionOf({ ...settings, name: 'c' }))
  return { ...parts, engine, clock, errors, mount }
}
