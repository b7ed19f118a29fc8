import type { CDPSession, Page } from 'playwright-core'
import type { AppServer } from './app-server'
import type { Frame } from './ipc-main'
import type { PageMessage } from './page-script'
import { readFileSync } from 'node:fs'
import { openBrowser } from './browser'
import { EventEmitter, preventable } from './emitter'
import { dispatchText } from './ipc-main'
import { answerExpression, bindingName, pageScript } from './page-script'
import { recorded } from './recorded'

interface FrameInfo { id: string, parentId?: string, url: string }
type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' }

/** A page of Chromium with the parts of Electron's WebContents that the app uses. */
export class WebContents extends EventEmitter {
  /** Resolves once the page is there. Made anew after a crash: Playwright's page does not come back. */
  page: Promise<Page>
  readonly session: unknown
  private openHandler: OpenHandler = () => ({ action: 'allow' })
  private readonly frames = new Map<string, FrameInfo>()
  private readonly contexts = new Map<number, string>()
  private requested = new Set<string>()
  private lastUrl = 'about:blank'
  private crashed = false
  private readonly app: Promise<AppServer>
  private readonly preload: string

  constructor(options: { app: Promise<AppServer>, preload: string, session: unknown, size: { width: number, height: number } }) {
    super()
    this.app = options.app
    this.preload = options.preload
    this.session = options.session
    this.page = this.openPage(options.size)
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler
  }

  getURL(): string {
    return this.lastUrl
  }

  reload(): void {
    void (async () => {
      if (!this.crashed)
        return await (await this.page).reload()
      const gone = await this.page
      this.crashed = false
      this.page = this.openPage(gone.viewportSize() ?? { width: 1180, height: 760 })
      void gone.close().catch(() => {})
      return await this.load(this.lastUrl)
    })().catch((error: unknown) => this.emit('did-fail-load', {}, -1, String(error)))
  }

  async load(url: string): Promise<void> {
    const app = await this.app
    this.lastUrl = url
    await (await this.page).goto(app.toBrowser(url), { waitUntil: 'load' })
  }

  /** Ends the page's process, as a bug in Chromium would. */
  async crash(): Promise<void> {
    const cdp = await (await openBrowser()).context.newCDPSession(await this.page)
    void cdp.send('Page.crash').catch(() => {})
  }

  private async openPage(size: { width: number, height: number }): Promise<Page> {
    const { context } = await openBrowser()
    const page = await context.newPage()
    await page.setViewportSize(size)
    page.on('crash', () => {
      this.crashed = true
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
    })
    page.on('close', () => void this.page.then(current => current === page && this.emit('standin-page-closed')))
    page.once('domcontentloaded', () => this.emit('standin-ready'))
    const cdp = await context.newCDPSession(page)
    this.followFrames(cdp)
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === bindingName)
        void this.take(cdp, JSON.parse(payload) as PageMessage, executionContextId)
    })
    cdp.on('Fetch.requestPaused', event => void this.decide(cdp, event))
    await cdp.send('Page.enable')
    await cdp.send('Runtime.enable')
    await cdp.send('Runtime.addBinding', { name: bindingName })
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript(readFileSync(this.preload, 'utf8')) })
    await cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Document' }] })
    return page
  }

  private followFrames(cdp: CDPSession): void {
    cdp.on('Page.frameNavigated', ({ frame }) => {
      this.frames.set(frame.id, { id: frame.id, url: frame.url, ...(frame.parentId !== undefined && { parentId: frame.parentId }) })
      if (frame.parentId === undefined)
        this.emit('did-navigate', {}, frame.url)
    })
    cdp.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      const frame = this.frames.get(frameId)
      if (frame)
        frame.url = url
    })
    cdp.on('Page.frameRequestedNavigation', ({ frameId, url }) => void this.requested.add(`${frameId} ${url.replace(/#.*$/, '')}`))
    cdp.on('Runtime.executionContextCreated', ({ context }) => void this.contexts.set(context.id, String((context.auxData as { frameId?: unknown }).frameId)))
    cdp.on('Runtime.executionContextDestroyed', ({ executionContextId }) => void this.contexts.delete(executionContextId))
  }

  /** A document is about to load. Electron asks only where the page itself wanted it, not where the app or the driver did. */
  private async decide(cdp: CDPSession, event: { requestId: string, frameId: string, request: { url: string } }): Promise<void> {
    const { requestId, frameId, request } = event
    let refused = false
    if (this.requested.delete(`${frameId} ${request.url.replace(/#.*$/, '')}`)) {
      const details = preventable({ url: (await this.app).fromBrowser(request.url) })
      this.emit('will-navigate', details)
      refused = details.defaultPrevented
    }
    await cdp.send(refused ? 'Fetch.failRequest' : 'Fetch.continueRequest', (refused ? { requestId, errorReason: 'Aborted' } : { requestId }) as never).catch(() => {})
  }

  private async take(cdp: CDPSession, { id, kind, channel, payload }: PageMessage, contextId: number): Promise<void> {
    let ok = true
    let text: string
    try {
      if (kind === 'open')
        text = await this.openWindow(payload)
      else
        text = await dispatchText(channel, { sender: this, senderFrame: await this.frameOf(contextId) }, payload)
    }
    catch (error) {
      ok = false
      text = `Error invoking remote method '${channel}': ${String(error)}`
    }
    // The document may be gone by now, and with it whoever waits.
    await cdp.send('Runtime.evaluate', { contextId, expression: answerExpression(id, ok, text) }).catch(() => {})
  }

  private async openWindow(url: string): Promise<string> {
    const { action } = this.openHandler({ url: (await this.app).fromBrowser(url) })
    recorded.wanted.push({ url, action })
    if (action === 'allow')
      await (await (await openBrowser()).context.newPage()).goto(url)
    return 'null'
  }

  private async frameOf(contextId: number): Promise<Frame | null> {
    const app = await this.app
    const frameById = (id: string | undefined): Frame | null => {
      const info = id === undefined ? undefined : this.frames.get(id)
      return info ? { url: app.fromBrowser(info.url), origin: app.fromBrowser(URL.canParse(info.url) ? new URL(info.url).origin : 'null'), parent: frameById(info.parentId) } : null
    }
    return frameById(this.contexts.get(contextId))
  }
}
