import type { BrowserContext } from '@playwright/test'
import { chromium } from '@playwright/test'
import { launchChromium } from '../standin/launch-chromium'

interface OpenShellBrowser {
  /** `ws://127.0.0.1:…` of its DevTools. */
  address: string
  /** All its pages, including those of the stand-in's windows. */
  context: BrowserContext
}

/**
 * A page for the windows of successive apps. It keeps the compiled scripts of the console as long
 * as their origin stays the same, which saves more than half of the time to open the console.
 */
interface KeptPage {
  targetId: string
  /** Port of the previous app's origin; 0 if there was none. */
  port: () => number
  /**
   * Leaves the console for a small file of the same origin, and removes whatever the app and the
   * test have put into the page.
   */
  rest: (origin: string) => Promise<void>
  /** Whether the page shows no console. */
  resting: () => boolean
}

/**
 * A Chromium that several starts of the stand-in share, and in which the tests control the
 * stand-in's windows over one connection.
 */
export interface ShellBrowser {
  /** Opens the browser, or returns the one that is already open. */
  open: () => Promise<OpenShellBrowser>
  keptPage: () => Promise<KeptPage>
  /** Closes the browser if it was opened. */
  close: () => Promise<void>
}

export function createShellBrowser(): ShellBrowser {
  let opened: ReturnType<typeof launch> | undefined
  let kept: Promise<KeptPage> | undefined
  const open = (): ReturnType<typeof launch> => opened ??= launch()
  return {
    open,
    keptPage: () => kept ??= open().then(({ context }) => keepPage(context)),
    close: async () => (await opened)?.close(),
  }
}

async function launch(): Promise<OpenShellBrowser & { close: () => Promise<void> }> {
  const { address, close } = await launchChromium()
  const driver = await chromium.connectOverCDP(address)
  const [context] = driver.contexts()
  if (!context)
    throw new Error('The browser has no default context')
  return {
    address,
    context,
    async close() {
      await driver.close()
      await close()
    },
  }
}

async function keepPage(context: BrowserContext): Promise<KeptPage> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  const { targetInfo: { targetId } } = await session.send('Target.getTargetInfo')
  await session.detach()
  const light = '/theme.js'
  return {
    targetId,
    port: () => Number(new URL(page.url()).port),
    async rest(origin) {
      page.removeAllListeners('dialog')
      await page.unrouteAll()
      await page.emulateMedia({ colorScheme: null, reducedMotion: null })
      await page.goto(origin + light)
      await page.evaluate('localStorage.clear(); sessionStorage.clear()')
    },
    resting: () => page.url() === 'about:blank' || page.url().endsWith(light),
  }
}
