import type { CdpConnection } from './cdp'
import process from 'node:process'
import { connectCdp } from './cdp'

/** Address of a Chromium that already runs, for many starts in a row. */
export const browserVariable = 'LARDER_STANDIN_BROWSER'

let opened: Promise<{ browser: CdpConnection, close: () => Promise<void> }> | undefined

/** Returns the browser for the windows: the one in the environment, otherwise a new one. */
export async function openBrowser(): Promise<CdpConnection> {
  opened ??= connect()
  return (await opened).browser
}

export async function closeBrowser(): Promise<void> {
  await (await opened)?.close()
}

async function connect(): NonNullable<typeof opened> {
  const address = process.env[browserVariable]
  if (address !== undefined)
    return { browser: await connectCdp(address), close: async () => {} }
  // Imported only here, because most starts do not need it.
  const { launchChromium } = await import('./launch-chromium')
  const launched = await launchChromium()
  return { browser: await connectCdp(launched.address), close: launched.close }
}
