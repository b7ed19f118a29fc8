/**
 * Choices of this browser that outlive the tab. A browser that blocks storage forgets them with the
 * page; nothing else is lost.
 */
export function readChoice(name: string): string | null {
  try {
    return localStorage.getItem(`larder.${name}`)
  }
  catch {
    // Blocked: as if nothing had ever been chosen.
    return null
  }
}

/** `null` removes it. */
export function keepChoice(name: string, value: string | null): void {
  try {
    if (value === null)
      localStorage.removeItem(`larder.${name}`)
    else
      localStorage.setItem(`larder.${name}`, value)
  }
  catch {
    // Blocked or full: the choice holds until the page goes.
  }
}
