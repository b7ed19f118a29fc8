/** The items of a menu that can be chosen. */
export function itemsOf(menu: HTMLElement | null): HTMLElement[] {
  return [...menu?.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)') ?? []]
}

/**
 * Moves the focus in a menu by the keys of the ARIA practices ("Menu and Menubar": arrows, Home and
 * End). Returns whether the key was one of them.
 */
export function moveInMenu(menu: HTMLElement | null, key: string): boolean {
  const items = itemsOf(menu)
  const now = items.findIndex(item => item === document.activeElement)
  const next = {
    ArrowDown: (now + 1) % items.length,
    ArrowUp: (Math.max(now, 0) - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  }[key]
  if (next === undefined)
    return false
  items[next]?.focus()
  return true
}
