import type { Page } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { expect } from './console-test'

/** Runs axe over the page as it stands, in both themes. Every screen's spec calls it for each of its states. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => `${colorScheme}: ${id} at ${nodes.map(node => node.target.join(' ')).join(', ')}`)).toEqual([])
  }
}
