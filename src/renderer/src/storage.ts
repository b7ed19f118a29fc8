/**
 * Reads a choice that this browser keeps beyond the life of the tab. A browser that blocks storage
 * forgets choices with the page; nothing else is lost.
 */
export function readChoice(name: string): string | null {
  try {
    return localStorage.getItem(`larder.${name}`)
  }
  catch {
    // Storage is blocked: this is the same as no choice.
    return null
  }
}

/** Stores a choice; `null` removes it. */
export function keepChoice(name: string, value: string | null): void {
  try {
    if (value === null)
      localStorage.removeItem(`larder.${name}`)
    else
      localStorage.setItem(`larder.${name}`, value)
  }
  catch {
    // Blocked or full: the choice lasts as long as the page.
  }
}

/**
 * Returns undefined if the browser blocks storage, which then throws on every access. What was kept
 * ends with the page, and nothing else is lost.
 */
export function ignoringBlockedStorage<T>(access: () => T): T | undefined {
  try {
    return access()
  }
  catch {
    return undefined
  }
}
