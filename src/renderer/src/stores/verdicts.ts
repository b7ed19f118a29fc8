import type { Verdict } from '../live/verdict'
import { defineStore } from 'pinia'
import { computed, shallowReactive, watch } from 'vue'
import { useApi } from '../composables/use-api'
import { beginningOf, isCrowded, judge, troubledOf } from '../live/verdict'
import { useCaches } from './caches'
import { useLive } from './live'
import { useServer } from './server'

/** Troubles whose beginning is looked for: more than a line of text has room for. */
const traced = 5
/** Seconds after which it is looked for again: sooner, if nothing was found. */
const patience = { found: 30, none: 5 }

interface Trace { kind: 'misses' | 'evicting', at: number | null, readAt: number }

/** Which caches need a look, why, and since when. */
export const useVerdicts = defineStore('verdicts', () => {
  const { client } = useApi()
  const caches = useCaches()
  const server = useServer()
  const live = useLive()
  const list = computed(() => caches.list.map(judge))
  const byName = computed(() => new Map(list.value.map(verdict => [verdict.cache, verdict])))
  const troubled = computed(() => troubledOf(list.value))
  const crowded = computed(() => server.statistics !== null && isCrowded(server.statistics))
  const traces = shallowReactive(new Map<string, Trace>())

  /** When the first trouble of a cache began, in seconds since 1970; null if nobody knows. */
  function since({ cache, troubles: [first] }: Verdict): number | null {
    if (first?.kind === 'off')
      return first.since === null ? null : Date.parse(first.since) / 1000
    const trace = traces.get(cache)
    return trace?.kind === first?.kind ? trace?.at ?? null : null
  }

  async function trace(cache: string, kind: Trace['kind'], readAt: number): Promise<void> {
    const former = traces.get(cache)
    const at = former?.kind === kind ? former.at : null
    traces.set(cache, { kind, at, readAt })
    try {
      const near = beginningOf(kind, await client['history.get']({ cache, span: 'seconds' }))
      const far = near?.open ? beginningOf(kind, await client['history.get']({ cache, span: 'minutes' })) : null
      const begun = [near?.at, far?.at, at].filter(time => typeof time === 'number')
      traces.set(cache, { kind, at: begun.length === 0 ? null : Math.min(...begun), readAt })
    }
    catch {
      // The connection is lost, which the frame shows, or the cache was deleted: it is tried again.
    }
  }

  watch(() => live.seconds, (seconds) => {
    const now = seconds.at(-1)?.at ?? 0
    const wanted = troubled.value.slice(0, traced)
    for (const name of [...traces.keys()].filter(name => !wanted.some(({ cache }) => cache === name)))
      traces.delete(name)
    for (const { cache, troubles: [first] } of wanted) {
      if (first?.kind !== 'misses' && first?.kind !== 'evicting')
        continue
      const known = traces.get(cache)
      if (known?.kind !== first.kind || now - known.readAt >= patience[known.at === null ? 'none' : 'found'])
        void trace(cache, first.kind, now)
    }
  })

  return { list, byName, troubled, crowded, since }
})
