import type { Source, SourceValue, SourceWrites } from '../../src/main/serving/sources/source'
import { Buffer } from 'node:buffer'

interface MemorySource extends Source {
  writes: Required<SourceWrites>
  /** What it holds, for the test to look at. */
  held: Map<string, SourceValue>
  /** Changes it behind everybody's back; null = deletes. */
  change: (key: string, value: SourceValue | null) => boolean
  /** Hears of each change, at its moment. */
  changed: (key: string, value: SourceValue | null) => void
  /** Loads that have begun, in order. */
  loads: string[]
  /**
   * Is called at the beginning (`before`) and at the end (`after`) of each call: it may wait, or
   * throw in its place.
   */
  gate: (moment: 'before' | 'after', operation: string, key: string) => Promise<void> | void
}

/** A source in memory, for tests. */
export function createMemorySource(): MemorySource {
  const held = new Map<string, SourceValue>()

  async function gated<T>(operation: string, key: string, work: () => T): Promise<T> {
    await source.gate('before', operation, key)
    const result = work()
    await source.gate('after', operation, key)
    return result
  }

  function change(key: string, value: SourceValue | null): boolean {
    const there = held.has(key)
    if (value === null)
      held.delete(key)
    else
      held.set(key, value)
    source.changed(key, value)
    return there
  }

  /** A value without a life leaves the one that was there. */
  const put = (key: string, value: SourceValue): void =>
    void change(key, { ...value, ttl: value.ttl === undefined ? held.get(key)?.ttl : value.ttl })

  const source: MemorySource = {
    held,
    change,
    changed: () => {},
    loads: [],
    gate: () => {},
    load(key) {
      source.loads.push(key)
      return gated('load', key, () => {
        const found = held.get(key)
        return found && { ...found, value: Buffer.from(found.value) }
      })
    },
    writes: {
      beyond: async (_, bytes) => bytes > 1000 ? 'value' : null,
      set: (key, value) => gated('set', key, () => put(key, value)),
      delete: key => gated('delete', key, () => change(key, null)),
      touch: (key, ttl) => gated('touch', key, () => {
        const found = held.get(key)
        return found !== undefined && change(key, { ...found, ttl })
      }),
      replace: (key, before, value) => gated('replace', key, () => {
        const found = held.get(key)?.value ?? null
        const same = found === null || before === null ? found === before : found.equals(before)
        if (same)
          put(key, value)
        return same
      }),
    },
  }
  return source
}
