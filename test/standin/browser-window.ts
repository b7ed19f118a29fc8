import type { AppServer } from './app-server'
import { EventEmitter, preventable } from './emitter'
import { strict } from './strict'
import { WebContents } from './web-contents'

interface Bounds { x: number, y: number, width: number, height: number }
interface Options extends Partial<Bounds> { show?: boolean, webPreferences?: { preload?: string } }

interface WindowHost {
  app: Promise<AppServer>
  session: unknown
  created: (contents: WebContents) => void
  allClosed: () => void
}

/** All open windows. */
export const windows = new Set<StandinWindow>()
/**
 * Pages of destroyed windows that are not closed yet. In a shared browser, a page left open would
 * stay and send requests to a server that has ended.
 */
export const closingPages = new Set<Promise<void>>()
/** The given options of every window so far. */
export const windowOptions: Options[] = []

export class StandinWindow extends EventEmitter {
  readonly webContents: WebContents
  private bounds: Bounds
  private maximized = false
  private minimized = false
  visible: boolean
  private destroyed = false
  private readonly host: WindowHost

  constructor(host: WindowHost, options: Options) {
    super()
    this.host = host
    windowOptions.push(options)
    const { x = 100, y = 100, width = 800, height = 600, show = true, webPreferences } = options
    this.bounds = { x, y, width, height }
    this.visible = show
    this.webContents = new WebContents({
      app: host.app,
      preload: String(webPreferences?.preload),
      session: host.session,
      size: { width, height },
    })
    this.webContents.once('standin-ready', () => this.destroyed || this.emit('ready-to-show'))
    // The page was closed, as when a person clicks the close button.
    this.webContents.on('standin-page-closed', () => this.close())
    windows.add(this)
    host.created(this.webContents)
  }

  loadURL = (url: string): Promise<void> => this.webContents.load(url)
  getNormalBounds = (): Bounds => ({ ...this.bounds })
  getBounds = (): Bounds => ({ ...this.bounds })
  setBounds = (bounds: Bounds): void => void (this.bounds = { ...bounds })
  isMaximized = (): boolean => this.maximized
  maximize = (): void => void (this.maximized = true)
  isMinimized = (): boolean => this.minimized
  minimize = (): void => void (this.minimized = true)
  restore = (): void => void (this.minimized = false)
  isDestroyed = (): boolean => this.destroyed
  show = (): void => void (this.visible = true)
  focus = (): void => void this.emit('focus')

  close = (): void => {
    if (this.destroyed)
      return
    const event = preventable({})
    this.emit('close', event)
    if (!event.defaultPrevented)
      this.destroy()
  }

  destroy = (): void => {
    if (this.destroyed)
      return
    this.destroyed = true
    windows.delete(this)
    const closing = this.webContents.page.then(page => page.close()).catch(() => {})
    closingPages.add(closing)
    void closing.then(() => closingPages.delete(closing))
    this.webContents.emit('destroyed')
    this.emit('closed')
    if (windows.size === 0)
      this.host.allClosed()
  }
}

/** Creates the class that the app imports. */
export function createWindowClass(host: WindowHost): new (options: Options) => StandinWindow {
  return class extends StandinWindow {
    constructor(options: Options) {
      super(host, options)
      return strict('BrowserWindow', this)
    }
  }
}
