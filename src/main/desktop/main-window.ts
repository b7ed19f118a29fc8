import type { Rectangle } from 'electron'
import type { Logger } from '../base/logger'
import type { JsonFile } from './json-file'
import type { WindowState } from './window-state'
import { appOrigin } from '@shared/ipc'
import { BrowserWindow, screen } from 'electron'
import { placeWindow, smallest } from './window-state'

export interface MainWindow {
  /**
   * Shows the window: opens it, or brings it to the front. With a path of the console, at that
   * screen.
   */
  open: (path?: string) => void
  /** Loads the page again, where there is one. */
  reload: () => void
  /** Writes down where it is, where it is open. */
  remember: () => void
}

interface MainWindowOptions {
  /** File of the preload script. */
  preload: string
  icon: string
  file: JsonFile<WindowState>
  logger: Logger
}

/** Milliseconds between two crashes of the page that are too close to load it a third time. */
const crashPause = 10_000

/**
 * The one window. It is closed for good when a person closes it, and made anew when they want it
 * back: until then it costs nothing.
 */
export function createMainWindow({ preload, icon, file, logger }: MainWindowOptions): MainWindow {
  let window: BrowserWindow | undefined

  function create(): BrowserWindow {
    const last = file.read()
    const created = new BrowserWindow({
      ...placeWindow(last?.bounds, workAreas()),
      minWidth: smallest.width,
      minHeight: smallest.height,
      title: 'Larder',
      icon,
      show: false,
      // Electron security checklist, items 2 to 4 and 11; most are Electron's defaults, said so
      // that they stay.
      webPreferences: {
        preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInSubFrames: false,
        webviewTag: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        spellcheck: false,
      },
    })
    if (last?.maximized)
      created.maximize()
    created.once('ready-to-show', () => created.show())
    created.on('close', () => write(created))
    created.on('closed', () => window = undefined)
    reviveAfterCrash(created)
    return created
  }

  function reviveAfterCrash(created: BrowserWindow): void {
    let quiet = true
    created.webContents.on('render-process-gone', (_event, { reason }) => {
      logger.error('the page of the window is gone', { reason })
      if (reason === 'clean-exit' || !quiet)
        return
      quiet = false
      setTimeout(() => quiet = true, crashPause).unref()
      created.webContents.reload()
    })
  }

  function write(open: BrowserWindow): void {
    const { x, y, width, height }: Rectangle = open.getNormalBounds()
    file.write({ bounds: { x, y, width, height }, maximized: open.isMaximized() })
  }

  return {
    open(path) {
      const fresh = window === undefined
      window ??= create()
      if (fresh || path !== undefined)
        void load(window, path ?? '/')
      if (fresh)
        return
      if (window.isMinimized())
        window.restore()
      window.show()
      window.focus()
    },
    reload: () => window?.webContents.reload(),
    remember: () => window && write(window),
  }

  function load(target: BrowserWindow, path: string): Promise<void> {
    // Rejects also where another load overtakes this one, and when the window is closed meanwhile.
    return target
      .loadURL(appOrigin + path)
      .catch((error: unknown) => logger.warn('the window did not load', { path, error: String(error) }))
  }
}

function workAreas(): Rectangle[] {
  const primary = screen.getPrimaryDisplay()
  return [primary, ...screen.getAllDisplays().filter(({ id }) => id !== primary.id)].map(({ workArea }) => workArea)
}
