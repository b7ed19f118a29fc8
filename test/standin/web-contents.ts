import type { AppServer } from './app-server'
import type { Frame } from './ipc-main'
import type { Page } from './page'
import type { PageMessage } from './page-script'
import { readFileSync } from 'node:fs'
import { openBrowser } from './browser'
import { EventEmitter, preventable } from './emitter'
import { dispatchText } from './ipc-main'
import { createPage } from './page'
import { answerExpression, bindingName, pageScript } from './page-script'
import { recorded } from './recorded'

interface FrameInfo { id: string, parentId?: string, url: string }
type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' }

/** A Chromium page with the parts of Electron's WebContents that the app uses. */
export class WebContents extends EventEmitter {
  /**
   * Resolves once the page exists. Replaced after a crash, because everything that was enabled in
   * it is lost with its process.
   */
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
  private readonly size: { width: number, height: number }

  constructor(
    options: { app: Promise<AppServer>, preload: string, session: unknown, size: { width: number, height: number } },
  ) {
    super()
    this.app = options.app
    this.preload = options.preload
    this.session = options.session
    this.size = options.size
    this.page = this.openPage()
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
        return void await (await this.page).send('Page.reload', {})
      const gone = await this.page
      this.crashed = false
      this.page = this.openPage()
      void gone.close().catch(() => {})
      return await this.load(this.lastUrl)
    })().catch((error: unknown) => this.emit('did-fail-load', {}, -1, String(error)))
  }

  async load(url: string): Promise<void> {
    const app = await this.app
    this.lastUrl = url
    await (await this.page).goto(app.toBrowser(url))
  }

  /** Ends the page's process, like a bug in Chromium. */
  async crash(): Promise<void> {
    const page = await this.page
    void page.send('Page.crash', {}).catch(() => {})
  }

  private async openPage(): Promise<Page> {
    const page = await createPage(await openBrowser(), this.size)
    const { events } = page
    events.on('Inspector.targetCrashed', () => {
      this.crashed = true
      this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
    })
    void page.ended.then(async () => {
      // If the page is gone before it was set up, `load` fails and reports that.
      if (await this.page.catch(() => null) === page)
        this.emit('standin-page-closed')
    })
    events.once('Page.domContentEventFired', () => this.emit('standin-ready'))
    this.followFrames(page)
    events.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === bindingName)
        void this.take(page, JSON.parse(payload) as PageMessage, executionContextId)
    })
    events.on('Fetch.requestPaused', event => void this.decide(page, event))
    await Promise.all([
      page.send('Page.enable', {}),
      page.send('Runtime.enable', {}),
      page.send('Runtime.addBinding', { name: bindingName }),
      page.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript(readFileSync(this.preload, 'utf8')) }),
      page.send('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Document' }] }),
    ])
    return page
  }

  private followFrames({ events }: Page): void {
    events.on('Page.frameNavigated', ({ frame }) => {
      this.frames.set(frame.id, {
        id: frame.id,
        url: frame.url,
        ...(frame.parentId !== undefined && { parentId: frame.parentId }),
      })
      if (frame.parentId === undefined)
        this.emit('did-navigate', {}, frame.url)
    })
    events.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      const frame = this.frames.get(frameId)
      if (frame)
        frame.url = url
    })
    events.on('Page.frameRequestedNavigation', ({ frameId, url }) =>
      void this.requested.add(`${frameId} ${url.replace(/#.*$/, '')}`))
    events.on('Runtime.executionContextCreated', ({ context }) =>
      void this.contexts.set(context.id, String(context.auxData?.frameId)))
    events.on('Runtime.executionContextDestroyed', ({ executionContextId }) =>
      void this.contexts.delete(executionContextId))
  }

  /**
   * Decides whether a document may load. Electron asks only for navigations of the page, not for
   * those of the app or the driver.
   */
  private async decide(
    page: Page,
    event: { requestId: string, frameId: string, request: { url: string } },
  ): Promise<void> {
    const { requestId, frameId, request } = event
    let refused = false
    if (this.requested.delete(`${frameId} ${request.url.replace(/#.*$/, '')}`)) {
      const details = preventable({ url: (await this.app).fromBrowser(request.url) })
      this.emit('will-navigate', details)
      refused = details.defaultPrevented
    }
    const decided = refused
      ? page.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
      : page.send('Fetch.continueRequest', { requestId })
    await decided.catch(() => {})
  }

  private async take(page: Page, { id, kind, channel, payload }: PageMessage, contextId: number): Promise<void> {
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
    // By now the document and its waiting caller may be gone.
    await page.send('Runtime.evaluate', { contextId, expression: answerExpression(id, ok, text) }).catch(() => {})
  }

  private async openWindow(url: string): Promise<string> {
    const { action } = this.openHandler({ url: (await this.app).fromBrowser(url) })
    recorded.wanted.push({ url, action })
    if (action === 'allow')
      await (await openBrowser()).send('Target.createTarget', { url })
    return 'null'
  }

  private async frameOf(contextId: number): Promise<Frame | null> {
    const app = await this.app
    const frameById = (id: string | undefined): Frame | null => {
      const info = id === undefined ? undefined : this.frames.get(id)
      return info
        ? {
            url: app.fromBrowser(info.url),
            origin: app.fromBrowser(URL.canParse(info.url) ? new URL(info.url).origin : 'null'),
            parent: frameById(info.parentId),
          }
        : null
    }
    return frameById(this.contexts.get(contextId))
  }
}
