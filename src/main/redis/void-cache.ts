import type { BatchStep, BatchStepResult, ServedCache, WriteOptions, WriteResult } from '../serving/ports'
import type { ReadableCache } from './redis-call'
import { initialSettings } from '@shared/cache-settings'

type Writes = { -readonly [Name in keyof ServedCache]: ServedCache[Name] }

/** What a cache that is not made yet reads as. */
export const emptyCache: ReadableCache = {
  definition: { source: null, backend: null, eviction: 'sieve', format: 'none' },
  get: () => 'absent',
  peek: () => undefined,
  chosen: () => [].values(),
}

/** A write that needs an entry to be there finds none. */
function written({ ifVersion }: WriteOptions = {}): WriteResult {
  return ifVersion === undefined ? { outcome: 'created', version: 1 } : { outcome: 'refused', version: 0 }
}

/** An empty cache that takes every write and keeps nothing. */
export const voidCache: Writes = {
  ...emptyCache,
  definition: { ...initialSettings, id: '', space: '', name: '' },
  getHeld: () => undefined,
  roomFor: () => {},
  roomForBatch: () => {},
  set: (_, __, options) => written(options),
  delete: (_, ifVersion) => ifVersion === undefined ? 'missing' : 'refused',
  drop: () => {},
  touch: (_, __, ifVersion) => ifVersion === undefined ? 'missing' : 'refused',
  increment: (_, by) => ({ number: String(by), version: 1 }),
  mergePatch: () => written(),
  batch: steps => ({
    abortedAt: null,
    results: steps.map(resultOf),
  }),
  flush: () => 0,
  invalidate: () => 0,
  page: async () => ({ total: 0, rows: 0, folders: [], entries: [], cursor: null, asOf: 0 }),
  orderProgress: () => 1,
  entries: () => [].values(),
}

function resultOf(step: BatchStep): BatchStepResult {
  switch (step.op) {
    case 'get':
      return { op: 'get', lookup: 'absent' }
    case 'peek':
      return { op: 'peek', lookup: 'absent' }
    case 'set':
      return { op: 'set', result: written(step.options) }
    case 'delete':
      return { op: 'delete', removed: false }
    case 'touch':
      return { op: 'touch', touched: false }
    case 'increment':
      return { op: 'increment', number: String(step.by), version: 1 }
  }
}
