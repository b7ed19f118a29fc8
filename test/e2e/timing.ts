import type { Page } from '@playwright/test'

/**
 * Milliseconds, in the page, from `act` to the first picture in which `shown` holds; both are
 * JavaScript. What Playwright itself takes is not in it, so that it is what a person waits for.
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

/** Middle and longest, told in the test's output and kept in its report. */
export function figuresOf(name: string, times: readonly number[]): { median: number, figure: string } {
  const sorted = times.toSorted((a, b) => a - b)
  const median = sorted[sorted.length >> 1] ?? Infinity
  return {
    median,
    figure: `${name} ${Math.round(median)} ms${sorted.length === 1 ? '' : ` (at most ${Math.round(sorted.at(-1) ?? Infinity)}, of ${sorted.length})`}`,
  }
}

/** JavaScript that types into "Filter keys" as a paste does, all at once. */
export function typeFilter(text: string): string {
  return `const field = document.querySelector('[aria-label="Filter keys"]')
    field.focus()
    field.value = ${JSON.stringify(text)}
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))`
}

/** JavaScript that chooses in the select of this name. */
export function choose(label: string, value: string): string {
  return `const select = document.querySelector('select[aria-label=${JSON.stringify(label)}]')
    select.value = ${JSON.stringify(value)}
    select.dispatchEvent(new Event('change', { bubbles: true }))`
}
