import type { Ref } from 'vue'
import type { CacheOrder, JudgedCache } from './cache-order'
import { computed, shallowReadonly, shallowRef, watch } from 'vue'
import { keepChoice, readChoice } from '../../storage'
import { heldOrder, initialOrder, orderCaches, readOrder, writeOrder } from './cache-order'

interface OrderedCaches {
  /** In the chosen order; no row moves while it is held. */
  readonly rows: Readonly<Ref<readonly JudgedCache[]>>
  readonly order: Readonly<Ref<CacheOrder>>
  /** Chooses an order, which this browser keeps. */
  choose: (order: CacheOrder) => void
}

/** Sorts caches. `held`: somebody aims at a row, or has the focus in one. */
export function useCacheOrder(caches: () => readonly JudgedCache[], held: () => boolean): OrderedCaches {
  const order = shallowRef(readOrder(readChoice('caches-order')))
  const shown = shallowRef<readonly string[]>([])
  const sorted = computed(() => orderCaches(caches(), order.value))
  const namesOf = (rows: readonly JudgedCache[]): string[] => rows.map(({ cache }) => cache.name)

  watch(order, () => shown.value = namesOf(sorted.value))
  watch([sorted, held], () => shown.value = heldOrder(shown.value, namesOf(sorted.value), held()), { immediate: true })

  const rows = computed(() => {
    const byName = new Map(caches().map(row => [row.cache.name, row]))
    return shown.value.flatMap(name => byName.get(name) ?? [])
  })
  return {
    rows,
    order: shallowReadonly(order),
    choose(chosen) {
      order.value = chosen
      const written = writeOrder(chosen)
      keepChoice('caches-order', written === writeOrder(initialOrder) ? null : written)
    },
  }
}
