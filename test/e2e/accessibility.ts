import type { Page } from '@playwright/test'
import type { AxeResults, RunOptions } from 'axe-core'
import axe from 'axe-core'
import { expect } from './console-test'

/**
 * Only violations are described in full, because describing every passing element takes longer than
 * the checks themselves.
 */
const options: RunOptions = { resultTypes: ['violations'] }

/**
 * Runs axe on the current page, in both themes. The spec of every screen calls it for each of its
 * states. A theme changes only colours (tokens.css), so the second theme is checked only for these.
 */
export async function expectAccessible(page: Page): Promise<void> {
  // The screen, which is loaded on demand, sets the title.
  await expect(page.locator('h1:empty')).toHaveCount(0)
  if (!await page.evaluate('"axe" in window'))
    await page.evaluate(axe.source)
  for (const [colorScheme, rules] of [
    ['light', {}],
    ['dark', { runOnly: ['color-contrast', 'link-in-text-block'] }],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await page.evaluate<AxeResults>(
      `axe.run(document, ${JSON.stringify({ ...options, ...rules })})`,
    )
    expect(violations.map(({ id, nodes }) =>
      `${colorScheme}: ${id} at ${nodes.map(node => node.target.join(' ')).join(', ')}`)).toEqual([])
  }
}
