import type { BrowserContext } from '@playwright/test'
import { chromium } from '@playwright/test'
import { launchChromium } from '../standin/launch-chromium'

export interface OpenShellBrowser {
  /** `ws://127.0.0.1:…` of its DevTools. */
  address: string
  /** All its pages, those of the stand-in's windows among them. */
  context: BrowserContext
}

/** A Chromium that several starts of the stand-in share, and in which the tests drive the stand-in's windows over one connection. */
export interface ShellBrowser {
  /** Starts it the first time. */
  open: () => Promise<OpenShellBrowser>
  /** Closes it, if it was opened. */
  close: () => Promise<void>
}

export function createShellBrowser(): ShellBrowser {
  let opened: ReturnType<typeof launch> | undefined
  return {
    open: () => opened ??= launch(),
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
