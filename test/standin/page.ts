import type { CdpConnection, CdpSession } from './cdp'
import process from 'node:process'

export interface Page extends CdpSession {
  /**
   * Opens an address and resolves once it is loaded. Rejects if that fails, if another navigation
   * replaces it, or if the page is closed.
   */
  goto: (url: string) => Promise<void>
  close: () => Promise<void>
}

/** Target of an existing page. The first window uses it and leaves it open. */
export const pageVariable = 'LARDER_STANDIN_PAGE'

let lent = process.env[pageVariable]

/**
 * Returns a page of the browser: the one that is lent, otherwise a new one. Its events arrive once
 * their domains are enabled.
 */
export async function createPage(
  browser: CdpConnection,
  { width, height }: { width: number, height: number },
): Promise<Page> {
  const borrowed = lent
  lent = undefined
  const targetId = borrowed ?? (await browser.send('Target.createTarget', { url: 'about:blank' })).targetId
  const session = await browser.attach(targetId)
  const { send, events, ended } = session
  await send('Emulation.setDeviceMetricsOverride', {
    width,
    height,
    screenWidth: width,
    screenHeight: height,
    deviceScaleFactor: 1,
    mobile: false,
  })

  async function goto(url: string): Promise<void> {
    const { promise: loaded, resolve, reject } = Promise.withResolvers<void>()
    // This may reject while nobody awaits it: before the answer, which then fails too, and after
    // everything is done.
    loaded.catch(() => {})
    // The events of a document may arrive before the answer that says which one it is.
    let own: string | undefined
    let shown: string | undefined
    let ready: string | undefined
    const onNavigated = ({ frame }: { frame: { loaderId: string, parentId?: string } }): void => {
      if (frame.parentId !== undefined)
        return
      shown = frame.loaderId
      if (own !== undefined && shown !== own)
        reject(new Error(`${url} was overtaken by another document`))
    }
    const onLoad = (): void => {
      ready = shown
      if (ready !== undefined && ready === own)
        resolve()
    }
    const onCrash = (): void => reject(new Error(`The page crashed while it loaded ${url}`))
    events
      .on('Page.frameNavigated', onNavigated)
      .on('Page.loadEventFired', onLoad)
      .on('Inspector.targetCrashed', onCrash)
    void ended.then(() => reject(new Error(`The page was closed while it loaded ${url}`)))
    try {
      const { loaderId, errorText } = await send('Page.navigate', { url })
      if (errorText !== undefined)
        throw new Error(`${url}: ${errorText}`)
      // A navigation within the same document has no load of its own.
      own = loaderId
      if (own !== undefined && ready !== own)
        await loaded
    }
    finally {
      events
        .off('Page.frameNavigated', onNavigated)
        .off('Page.loadEventFired', onLoad)
        .off('Inspector.targetCrashed', onCrash)
    }
  }

  return {
    ...session,
    goto,
    async close() {
      // A borrowed page ends with the connection.
      if (borrowed !== undefined)
        return
      await browser.send('Target.closeTarget', { targetId })
      await ended
    },
  }
}
