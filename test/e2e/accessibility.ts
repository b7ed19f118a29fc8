import type { Page } from '@playwright/test'
import type { AxeResults, RunOptions } from 'axe-core'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from './console-test'

/** Half the size of what the package exports, and half the time to compile it in each page. */
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * Only violations are described in full, because describing every passing element takes longer than
 * the checks themselves. Preloading would fetch the style sheets once more, also of a server that a
 * test has stopped, for a rule that is not run.
 */
const options: RunOptions = { resultTypes: ['violations'], preload: false }

/**
 * Runs axe on the current page, in both themes. The spec of every screen calls it for each of its
 * states. A theme changes only colours (tokens.css), so the second theme is checked only for these.
 */
export async function expectAccessible(page: Page): Promise<void> {
  // The screen, which is loaded on demand, sets the title.
  await expect(page.locator('h1:empty')).toHaveCount(0)
  await bring(page)
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

/** Past `page.evaluate`, which wraps the script and takes half as long again. */
async function bring(page: Page): Promise<void> {
  if (await page.evaluate('"axe" in window'))
    return
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: `${axe}\n;0` })
  await session.detach()
}
