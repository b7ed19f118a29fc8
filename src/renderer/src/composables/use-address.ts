import type { ComputedRef } from 'vue'
import type { LocationQuery } from 'vue-router'
import { computed, shallowRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** The query of a screen's address, which outlives tabs, Back and a reload, and can be sent. */
export interface Address {
  /** Keeps its last value once another screen is shown, as that may use the same names. */
  readonly query: ComputedRef<LocationQuery>
  /** Returns what the address says by this name; empty if it says nothing, or says it twice. */
  valueOf: (name: string) => string
  /**
   * Changes these parts of the query; undefined removes one. The others stay. It adds no page to
   * the history.
   */
  change: (parts: Readonly<Record<string, string | undefined>>) => void
}

/** The address of the screen that is shown at the call. */
export function useAddress(): Address {
  const route = useRoute()
  const router = useRouter()
  const screen = route.name
  /** What the router has not reached yet. That takes time, and a second change stops the first. */
  const pending = shallowRef<{ path: string, query: LocationQuery } | null>(null)
  const query = computed<LocationQuery>((last) => {
    if (route.name !== screen)
      return last ?? {}
    return pending.value?.path === route.path ? pending.value.query : route.query
  })

  return {
    query,
    valueOf(name) {
      const value = query.value[name]
      return typeof value === 'string' ? value : ''
    },
    change(parts) {
      if (route.name !== screen || Object.entries(parts).every(([name, value]) => query.value[name] === value))
        return
      const next: LocationQuery = { ...query.value }
      for (const [name, value] of Object.entries(parts)) {
        if (value === undefined)
          delete next[name]
        else
          next[name] = value
      }
      const asked = { path: route.path, query: next }
      pending.value = asked
      void router.replace({ query: next }).finally(() => {
        if (pending.value === asked)
          pending.value = null
      })
    },
  }
}
