import type { Page } from '@playwright/test'
import type { Desktop, DesktopOptions } from './launch-desktop'
import type { ShellBrowser } from './shell-browser'
import { test as base, expect } from '@playwright/test'
import { findChromium } from '../helpers/chromium'
import { launchDesktop, realElectron } from './launch-desktop'
import { createShellBrowser } from './shell-browser'

interface DesktopFixtures {
  /** Starts the app. Each app is stopped at the end of the test, and must then exit with 0. */
  launch: (options?: DesktopOptions) => Promise<Desktop>
  /** An app that serves. */
  desktop: Desktop
  /** Its window, showing the overview. */
  overview: Page
}

const chromium = findChromium()
const real = realElectron()

/** Must be called at the top of every spec. */
export function skipWithoutBrowser(): void {
  test.skip(!chromium.available && real === null, chromium.reason)
}

/** Must be called at the top of a spec that inspects API calls, which real Electron hides. */
export function skipOnElectron(): void {
  skipWithoutBrowser()
  test.skip(real !== null, 'Reads what the app handed to Electron, which only the stand-in tells.')
}

export const test = base.extend<DesktopFixtures, { shellBrowser: ShellBrowser }>({

  shellBrowser: [async ({}, use) => {
    console.log(`desktop specs run on ${real === null ? 'the stand-in' : 'Electron'}`)
    const browser = createShellBrowser()
    // Opened in advance, so that a test that measures a start does not include it.
    if (real === null)
      await browser.open()
    await use(browser)
    await browser.close()
  }, { scope: 'worker' }],
  launch: async ({ shellBrowser }, use) => {
    const started: Desktop[] = []
    await use(async (options) => {
      const desktop = await launchDesktop(shellBrowser, options)
      started.push(desktop)
      return desktop
    })
    const codes = await Promise.all(started.map(({ server }) => server.stop()))
    expect(codes).toEqual(started.map(() => 0))
  },
  desktop: async ({ launch }, use) => use(await launch()),
  overview: async ({ desktop }, use) => {
    const page = await desktop.page()
    await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
    await use(page)
  },
})

export { expect }
