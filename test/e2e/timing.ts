import type { Page } from '@playwright/test'

/**
 * Returns the milliseconds, measured in the page, from `act` to the first frame in which `shown` is
 * true; both are JavaScript. Playwright's own time is not included, so this is the time that a
 * person waits.
 */
export async function timeInPage(page: Page, act: string, shown: string): Promise<number> {
  return await page.evaluate<number>(`new Promise(resolve => {
    const isShown = () => { ${shown} }
    const started = performance.now()
    let found = false
    const look = () => {
      if (found || !isShown())
        return
      found = true
      observer.disconnect()
      requestAnimationFrame(() => resolve(performance.now() - started))
    }
    const observer = new MutationObserver(look)
    const all = { subtree: true, childList: true, characterData: true, attributes: true }
    observer.observe(document.documentElement, all)
    ;(() => { ${act} })()
    look()
  })`)
}

/** Returns the median, and a text with it and the longest time for the output and the report. */
export function figuresOf(name: string, times: readonly number[]): { median: number, figure: string } {
  const sorted = times.toSorted((a, b) => a - b)
  const median = sorted[sorted.length >> 1] ?? Infinity
  return {
    median,
    figure: `${name} ${Math.round(median)} ms${sorted.length === 1 ? '' : ` (at most ${Math.round(sorted.at(-1) ?? Infinity)}, of ${sorted.length})`}`,
  }
}

/** Returns JavaScript that enters text into "Filter keys" all at once, like a paste. */
export function typeFilter(text: string): string {
  return `const field = document.querySelector('[aria-label="Filter keys"]')
    field.focus()
    field.value = ${JSON.stringify(text)}
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))`
}

/** Returns JavaScript that selects a value in the select with this label. */
export function choose(label: string, value: string): string {
  return `const select = document.querySelector('select[aria-label=${JSON.stringify(label)}]')
    select.value = ${JSON.stringify(value)}
    select.dispatchEvent(new Event('change', { bubbles: true }))`
}
