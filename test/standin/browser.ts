import type { BrowserContext } from 'playwright-core'
import process from 'node:process'
import { chromium } from 'playwright-core'
import { findChromium } from '../helpers/chromium'

/** Address of a Chromium that runs already, for many starts in a row. */
export const browserVariable = 'LARDER_STANDIN_BROWSER'
export const chromiumArguments = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic']

let opened: Promise<{ context: BrowserContext, close: () => Promise<void> }> | undefined

/** The browser whose pages stand for windows: the one that the environment names, else one of its own. */
export function openBrowser(): NonNullable<typeof opened> {
  opened ??= connect()
  return opened
}

export async function closeBrowser(): Promise<void> {
  await (await opened)?.close()
}

async function connect(): ReturnType<typeof openBrowser> {
  const address = process.env[browserVariable]
  if (address !== undefined) {
    // Its defaults would take downloads and the like away from the test that drives the same pages.
    const browser = await chromium.connectOverCDP(address, { noDefaults: true })
    const [context] = browser.contexts()
    if (!context)
      throw new Error('The browser has no default context')
    return { context, close: async () => {} }
  }
  const found = findChromium()
  if (!found.available)
    throw new Error(found.reason)
  const browser = await chromium.launch({ executablePath: found.path, args: chromiumArguments })
  return { context: await browser.newContext(), close: () => browser.close() }
}
