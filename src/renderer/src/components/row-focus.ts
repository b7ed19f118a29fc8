import type { ShallowRef } from 'vue'
import { useEventListener } from '@vueuse/core'
import { onUpdated } from 'vue'

const focusable = 'a[href], button:not(:disabled), input:not(:disabled)'

/**
 * Keeps the focus in a table when the row that has it, or had it before a dialog, is deleted: the
 * row that takes its place gets it, at the same control. In an empty table it is on the table.
 */
export function useRowFocus(table: Readonly<ShallowRef<HTMLTableElement | null>>): void {
  let last: { row: HTMLTableRowElement, index: number, control: number } | undefined

  useEventListener(table, 'focusin', ({ target }) => {
    const row = target instanceof Element ? target.closest('tr') : null
    if (!row || !(target instanceof Element))
      return
    const controls = [...row.querySelectorAll(focusable)]
    last = { row, index: row.sectionRowIndex, control: controls.indexOf(target) }
  })

  onUpdated(() => {
    const root = table.value
    if (!root || !last || last.row.isConnected)
      return
    const { index, control } = last
    last = undefined
    // The person may have gone elsewhere in the meantime.
    if (document.activeElement !== document.body)
      return
    const rows = root.tBodies[0]?.rows ?? []
    const controls = [...rows[Math.min(index, rows.length - 1)]?.querySelectorAll<HTMLElement>(focusable) ?? []]
    const next = controls[Math.min(control, controls.length - 1)] ?? root
    next.focus()
  })
}
