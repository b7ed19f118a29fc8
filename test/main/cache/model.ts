import type { MissReason } from '@shared/miss-reasons'
import { limits } from '@shared/limits'

export interface Step {
  op: 'get' | 'peek' | 'set' | 'delete' | 'touch' | 'increment'
  key: string
  value: string
  ttl: number | null
  grace: number
  tags: string[]
  condition: 'none' | 'absent' | 'present'
  /** The deadlines of the entry that is replaced go on. */
  keep: boolean
}
export type Command =
  | Step
  | { op: 'batch', steps: Step[] }
  | { op: 'flush' }
  | { op: 'sweep' }
  | { op: 'invalidate', by: 'tag' | 'prefix' | 'expired', what: string, soft: boolean }
  | { op: 'advance', seconds: number }
  | { op: 'ahead', seconds: number }

interface Row {
  key: string
  value: string
  tags: string[]
  ttl: number
  grace: number
  /** How long past its freshness it is served: more than its grace once it was marked stale. */
  served: number
  fresh: [number, number]
  end: [number, number]
  hits: number
  used: number
}
interface ModelSettings { ttl: number | null, sliding: boolean, maxEntries: number | null }

/**
 * The rules of a cache, written as naively as possible: one array in insertion order, every
 * deadline for both clocks ([wall, monotonic] in seconds), copies instead of undoing. It shares no
 * code with the engine.
 */
export function createModel(settings: ModelSettings) {
  let rows: Row[] = []
  let gone: Record<string, MissReason> = Object.create(null) as Record<string, MissReason>
  let clock: [number, number] = [0, 0]
  let turn = 0
  let counts = { sets: 0, deletes: 0, evictions: 0, expirations: 0 }
  const reads = { hits: 0, staleHits: 0, misses: 0 }

  const passed = (deadline: [number, number]): boolean => clock[0] >= deadline[0] || clock[1] >= deadline[1]
  const later = (seconds: number): [number, number] => [clock[0] + seconds, clock[1] + seconds]
  const plus = ([wall, monotonic]: [number, number], seconds: number): [number, number] =>
    [wall + seconds, monotonic + seconds]
  const forever = (ttl: number | null): number => ttl ?? Infinity

  function drop(row: Row, reason: MissReason, counter: 'deletes' | 'evictions' | 'expirations'): void {
    rows = rows.filter(other => other !== row)
    gone[row.key] = reason
    counts[counter]++
  }
  function present(key: string): Row | undefined {
    const row = rows.find(candidate => candidate.key === key)
    if (row && passed(row.end)) {
      drop(row, 'expired', 'expirations')
      return undefined
    }
    return row
  }
  function put(key: string, change: Omit<Row, 'key' | 'hits' | 'used'>): void {
    const row = rows.find(candidate => candidate.key === key)
    if (row)
      Object.assign(row, change, { used: ++turn })
    else
      rows.push({ key, hits: 0, used: ++turn, ...change })
    counts.sets++
  }
  function evict(): void {
    while (rows.length > (settings.maxEntries ?? Infinity)) {
      const oldest = rows.toSorted((a, b) => a.used - b.used)[0] as Row
      if (passed(oldest.end))
        drop(oldest, 'expired', 'expirations')
      else
        drop(oldest, 'evicted', 'evictions')
    }
  }
  const times = (ttl: number, grace: number) =>
    ({ ttl, grace, served: grace, fresh: later(ttl), end: later(ttl + grace) })

  const timesOf = ({ ttl, grace, served, fresh, end }: Row) => ({ ttl, grace, served, fresh, end })

  function run(step: Step): unknown {
    // A peek leaves no trace, so it does not even drop what has expired.
    const row = step.op === 'peek' ? rows.find(({ key, end }) => key === step.key && !passed(end)) : present(step.key)
    const fresh = row && !passed(row.fresh) ? row : undefined
    switch (step.op) {
      case 'get': {
        if (!row) {
          reads.misses++
          return gone[step.key] ?? 'absent'
        }
        reads.hits++
        reads.staleHits += fresh ? 0 : 1
        if (fresh && settings.sliding)
          Object.assign(row, times(row.ttl, row.grace))
        row.hits++
        row.used = ++turn
        return row.value
      }
      case 'peek':
        return row ? { value: row.value, grace: row.served, givenTtl: row.ttl === Infinity ? null : row.ttl } : 'absent'
      case 'set':
        if ((step.condition === 'absent' && fresh) || (step.condition === 'present' && !row))
          return 'refused'
        put(step.key, {
          value: step.value,
          tags: [...new Set(step.tags)],
          ...row && step.keep ? timesOf(row) : times(forever(step.ttl), step.grace),
        })
        return row ? 'replaced' : 'created'
      case 'delete':
        if (row)
          drop(row, 'invalidated', 'deletes')
        return row !== undefined
      case 'touch':
        if (row)
          Object.assign(row, times(forever(step.ttl), row.grace))
        return row !== undefined
      case 'increment': {
        if (fresh && !/^-?\d+$/.test(fresh.value))
          return 'not-a-number'
        const value = String(Number(fresh?.value ?? 0) + 1)
        put(step.key, fresh ? { ...fresh, value } : { value, tags: [], ...times(forever(settings.ttl), 0) })
        return value
      }
    }
  }

  function batch(steps: Step[]): unknown {
    const saved = structuredClone({ rows, gone: { ...gone }, turn, counts })
    const results: unknown[] = []
    for (const step of steps) {
      const result = run(step)
      results.push(result)
      if (result === 'refused' || result === 'not-a-number') {
        ({ rows, turn, counts } = saved)
        gone = Object.assign(Object.create(null) as Record<string, MissReason>, saved.gone)
        return { results, abortedAt: results.length - 1 }
      }
    }
    return { results, abortedAt: null }
  }

  function invalidate(by: string, what: string, soft: boolean): number {
    const chosen = rows.filter(row =>
      by === 'expired'
        ? passed(row.fresh)
        : !passed(row.end) && (by === 'tag' ? row.tags.includes(what) : row.key.startsWith(what)))
    for (const row of chosen) {
      if (!soft) {
        drop(row, by === 'expired' ? 'expired' : 'invalidated', by === 'expired' ? 'expirations' : 'deletes')
      }
      else if (!passed(row.fresh)) {
        Object.assign(
          row,
          {
            served: Math.max(row.grace, Math.min(limits.ttl, ...row.fresh.map((end, i) => end - (clock[i] as number)))),
            fresh: clock,
            end: [0, 1].map(i => Math.max(row.fresh[i] as number, (plus(clock, row.grace))[i] as number)),
          },
        )
      }
    }
    return chosen.length
  }

  return {
    execute(command: Command): unknown {
      let result: unknown
      if (command.op === 'batch') {
        result = batch(command.steps)
      }
      else if (command.op === 'flush') {
        rows.filter(row => passed(row.end)).forEach(row => drop(row, 'expired', 'expirations'))
        result = rows.length
        rows.forEach(row => gone[row.key] = 'flushed')
        counts.deletes += result as number
        rows = []
      }
      else if (command.op === 'sweep') {
        const dead = rows.filter(row => passed(row.end))
        dead.forEach(row => drop(row, 'expired', 'expirations'))
        result = dead.length
      }
      else if (command.op === 'invalidate') {
        result = invalidate(command.by, command.what, command.soft)
      }
      else if (command.op === 'advance') {
        clock = later(command.seconds)
      }
      else if (command.op === 'ahead') {
        clock = [clock[0] + command.seconds, clock[1]]
      }
      else {
        result = run(command)
      }
      evict()
      return result
    },
    /** Everything that is visible from outside, in insertion order if that is visible. */
    view: () => ({
      size: rows.length,
      fresh: rows.filter(row => !passed(row.fresh)).map(row => `${row.key}=${row.value}`),
      servable: rows.filter(row => !passed(row.end)).map(row => ({
        key: row.key,
        tags: row.tags,
        hits: row.hits,
        stale: passed(row.fresh),
        ttl: row.fresh[0] === Infinity ? null : Math.min(row.fresh[0] - clock[0], row.fresh[1] - clock[1]),
      })).toSorted((a, b) => a.key < b.key ? -1 : 1),
      ...counts,
      ...reads,
    }),
  }
}
