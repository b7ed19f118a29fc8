import type { CdpConnection, CdpSession } from './cdp'

export interface Page extends CdpSession {
  /** Shows an address, and resolves once it is loaded. Rejects where it cannot be, where another one overtakes it, and when the page goes. */
  goto: (url: string) => Promise<void>
  close: () => Promise<void>
}

/** A new page of the browser. Its events come once their domains are enabled. */
export async function createPage(browser: CdpConnection, { width, height }: { width: number, height: number }): Promise<Page> {
  const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' })
  const session = await browser.attach(targetId)
  const { send, events, ended } = session
  await send('Emulation.setDeviceMetricsOverride', { width, height, screenWidth: width, screenHeight: height, deviceScaleFactor: 1, mobile: false })

  async function goto(url: string): Promise<void> {
    const { promise: loaded, resolve, reject } = Promise.withResolvers<void>()
    // The document's load may be told before the answer that says which document it is.
    const known = new Set<string>()
    let own: string | undefined
    const onLifecycle = ({ loaderId, name }: { loaderId: string, name: string }): void => {
      if (name === 'load')
        known.add(loaderId)
      if (own !== undefined && known.has(own))
        resolve()
    }
    const onNavigated = ({ frame }: { frame: { loaderId: string, parentId?: string } }): void => {
      if (own !== undefined && frame.parentId === undefined && frame.loaderId !== own)
        reject(new Error(`${url} was overtaken by another document`))
    }
    const onCrash = (): void => reject(new Error(`The page crashed while it loaded ${url}`))
    events.on('Page.lifecycleEvent', onLifecycle).on('Page.frameNavigated', onNavigated).on('Inspector.targetCrashed', onCrash)
    void ended.then(() => reject(new Error(`The page was closed while it loaded ${url}`)))
    try {
      const { loaderId, errorText } = await send('Page.navigate', { url })
      if (errorText !== undefined)
        throw new Error(`${url}: ${errorText}`)
      // Another place in the same document has no load of its own.
      own = loaderId
      if (own !== undefined && !known.has(own))
        await loaded
    }
    finally {
      // Nobody may be waiting for it.
      loaded.catch(() => {})
      events.off('Page.lifecycleEvent', onLifecycle).off('Page.frameNavigated', onNavigated).off('Inspector.targetCrashed', onCrash)
    }
  }

  return {
    ...session,
    goto,
    async close() {
      await browser.send('Target.closeTarget', { targetId })
      await ended
    },
  }
}
