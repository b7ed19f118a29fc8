import type { Page } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { expect } from './console-test'

/**
 * Runs axe over the page as it stands, in both themes. Every screen's spec calls it for each of its states. A theme changes colours and
 * nothing else (tokens.css), so the second one is asked about these alone.
 */
export async function expectAccessible(page: Page): Promise<void> {
  for (const [colorScheme, axe] of [['light', builder(page)], ['dark', builder(page).withRules(['color-contrast', 'link-in-text-block'])]] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await axe.analyze()
    expect(violations.map(({ id, nodes }) => `${colorScheme}: ${id} at ${nodes.map(node => node.target.join(' ')).join(', ')}`)).toEqual([])
  }
}

/** The legacy mode spares a second page for the reckoning, which only frames of other origins need. */
function builder(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode(true)
}
