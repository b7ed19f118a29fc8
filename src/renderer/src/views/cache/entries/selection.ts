import type { Ref } from 'vue'
import type { ServerRow } from './rows'
import { computed, shallowReadonly, shallowRef } from 'vue'
import { liesIn, withoutCovered } from './chosen-rows'
import { idOf } from './rows'

/** The selection in the key browser for a bulk action. */
export interface Selection {
  /** Whether everything that matches the filter is selected, including rows never loaded. */
  readonly all: Readonly<Ref<boolean>>
  readonly rows: Readonly<Ref<ReadonlyMap<string, ServerRow>>>
  /** Number of entries, including those in selected folders; `total` is the number for `all`. */
  count: (total: number) => number
  has: (id: string) => boolean
  set: (rows: readonly ServerRow[], chosen: boolean) => void
  setAll: () => void
  /** Chooses these rows without one, and without what is in it or around it. */
  setOthers: (rows: readonly ServerRow[], but: ServerRow) => void
  drop: (id: string) => void
  clear: () => void
}

export function createSelection(): Selection {
  const all = shallowRef(false)
  const rows = shallowRef<ReadonlyMap<string, ServerRow>>(new Map())
  const counted = computed(() =>
    withoutCovered([...rows.value.values()])
      .reduce((sum, row) => sum + (row.kind === 'folder' ? row.entries : 1), 0))

  return {
    all: shallowReadonly(all),
    rows: shallowReadonly(rows),
    count: total => all.value ? total : counted.value,
    has: id => all.value || rows.value.has(id),
    set(changed, chosen) {
      const next = new Map(rows.value)
      for (const row of changed) {
        if (chosen)
          next.set(idOf(row), row)
        else
          next.delete(idOf(row))
      }
      all.value = false
      rows.value = next
    },
    setAll() {
      all.value = true
      rows.value = new Map()
    },
    setOthers(others, but) {
      all.value = false
      const left = others.filter(row => !liesIn(row, but) && !liesIn(but, row))
      rows.value = new Map(left.map(row => [idOf(row), row]))
    },
    drop(id) {
      if (!rows.value.has(id))
        return
      const next = new Map(rows.value)
      next.delete(id)
      rows.value = next
    },
    clear() {
      all.value = false
      rows.value = new Map()
    },
  }
}
