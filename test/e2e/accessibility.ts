import type { Page } from '@playwright/test'
import type { AxeResults, RunOptions } from 'axe-core'
import axe from 'axe-core'
import { expect } from './console-test'

/**
 * Only what is wrong is described in full: a description of every element that is right takes
 * longer than the checks themselves.
 */
const options: RunOptions = { resultTypes: ['violations'] }

/**
 * Runs axe over the page as it stands, in both themes. Every screen's spec calls it for each of its
 * states. A theme changes colours and nothing else (tokens.css), so the second one is asked about
 * these alone.
 */
export async function expectAccessible(page: Page): Promise<void> {
  // The title of a screen comes with the screen, which is loaded when it is first asked for.
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
