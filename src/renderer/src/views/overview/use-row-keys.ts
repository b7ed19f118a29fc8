import type { ShallowRef } from 'vue'
import { useEventListener } from '@vueuse/core'

/** The rows of a table, which have their names in `data-row` and one link each. */
interface RowKeys {
  /** The row that the focus is in. */
  focused: () => string | undefined
  /** Gives the focus to the next row or the one before; to the first one if none has it. */
  move: (by: 1 | -1) => void
  linkOf: (name: string) => HTMLElement | undefined
}

/** Lets the arrows move from row to row, while the focus is in one. */
export function useRowKeys(place: Readonly<ShallowRef<HTMLElement | null>>): RowKeys {
  const rows = (): HTMLElement[] => [...place.value?.querySelectorAll<HTMLElement>('[data-row]') ?? []]
  const rowInFocus = (): HTMLElement | null => {
    const row = document.activeElement?.closest<HTMLElement>('[data-row]') ?? null
    return row && place.value?.contains(row) ? row : null
  }
  const goTo = (row: HTMLElement | undefined): void => row?.querySelector<HTMLElement>('a, button')?.focus()

  function move(by: 1 | -1): void {
    const all = rows()
    const row = rowInFocus()
    goTo(all[row ? Math.min(all.length - 1, Math.max(0, all.indexOf(row) + by)) : 0])
  }

  useEventListener(place, 'keydown', (event) => {
    const by = ({ ArrowDown: 1, ArrowUp: -1 } as const)[event.key]
    const inMenu = event.target instanceof Element && event.target.closest('[role=menu]')
    if (by === undefined || inMenu || rowInFocus() === null)
      return
    event.preventDefault()
    move(by)
  })

  return {
    focused: () => rowInFocus()?.dataset.row,
    move,
    linkOf: name => rows().find(row => row.dataset.row === name)?.querySelector('a') ?? undefined,
  }
}
