import type { ManualClock } from '../../../src/main/base/clock'
import type { Cache, CacheDefinition, Engine, EngineEvent, Hit, Lookup } from '../../../src/main/cache/ports'
import type { StoreMaker } from '../../../src/main/cache/store'
import type { MemoryJournal } from '../../helpers/memory-journal'
import { onTestFinished } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { silentLogger } from '../../../src/main/base/logger'
import { createEngine } from '../../../src/main/cache/engine'
import { initialSettings } from '../../../src/shared/cache-settings'
import { createMemoryJournal } from '../../helpers/memory-journal'

export interface Workbench {
  engine: Engine
  clock: ManualClock
  journal: MemoryJournal
  cache: Cache
}

/** Returns a cache definition with a TTL of 10 s and no limits. */
export function definitionOf(change: Partial<CacheDefinition> = {}): CacheDefinition {
  return { ...initialSettings, id: 'c1', space: 'u1', name: 'products', ttl: 10, eviction: 'lru', ...change }
}

interface WorkbenchOptions {
  budget?: number
  /** Provides clock and journal, as after a restart. */
  earlier?: Pick<Workbench, 'clock' | 'journal'>
  createStore?: StoreMaker
  /** Calls that have been answered; while they grow, entries come back slowly. */
  answered?: () => number
}

/** Creates an engine with one cache on a clock that does not run. */
export function setUp(change: Partial<CacheDefinition> = {}, options: WorkbenchOptions = {}): Workbench {
  const clock = options.earlier?.clock ?? createManualClock()
  const journal = options.earlier?.journal ?? createMemoryJournal()
  const engine = createEngine({
    clock,
    stopwatch: clock.stopwatch,
    journal,
    budget: options.budget ?? 64 * 2 ** 20,
    logger: silentLogger,
    ...options.answered && { answered: options.answered },
    ...options.createStore && { createStore: options.createStore },
  })
  onTestFinished(() => engine.dispose())
  return { engine, clock, journal, cache: engine.open(definitionOf(change)) }
}

export const bytes = (text: string): Buffer => Buffer.from(text)

/** Returns the value as text, or the reason of the miss. */
export function read(cache: Cache, key: string): string {
  const found = cache.get(key)
  return typeof found === 'string' ? `(${found})` : found.value.toString()
}

export function asHit(lookup: Lookup | undefined): Hit {
  if (lookup === undefined || typeof lookup === 'string')
    throw new Error(`expected a hit, found ${lookup}`)
  return lookup
}

/** Returns the entries that the cache lists, without its pauses. */
export function listed(cache: Cache): NonNullable<ReturnType<ReturnType<Cache['entries']>['next']>['value']>[] {
  return [...cache.entries()].filter(entry => entry !== null)
}

/** Returns the keys of fresh entries in insertion order, oldest first. */
export function keysOf(cache: Cache): string[] {
  return listed(cache).map(({ key }) => key)
}

/** Collects events as `set a`, `removed a expired`, … */
export function listen(engine: Engine): string[] {
  const heard: string[] = []
  engine.subscribe((event: EngineEvent) => {
    if (event.type === 'flushed')
      heard.push(`flushed ${event.matched}`)
    else if (event.type === 'removed')
      heard.push(`removed ${event.key} ${event.reason}`)
    else
      heard.push('key' in event ? `${event.type} ${event.key}` : event.type)
  })
  return heard
}
