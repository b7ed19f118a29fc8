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

/** All windows that are open. */
export const windows = new Set<StandinWindow>()
/**
 * Pages of windows that are destroyed, and not closed yet. A page left open in a shared browser
 * would live on, and ask for a server that has ended.
 */
export const closingPages = new Set<Promise<void>>()
/** The options of every window there was, as they were given. */
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
    // A person clicks on the cross.
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

/** The class as the app imports it. */
export function createWindowClass(host: WindowHost): new (options: Options) => StandinWindow {
  return class extends StandinWindow {
    constructor(options: Options) {
      super(host, options)
      return strict('BrowserWindow', this)
    }
  }
}
