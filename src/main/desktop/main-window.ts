import type { Rectangle } from 'electron'
import type { Logger } from '../base/logger'
import type { JsonFile } from './json-file'
import type { WindowState } from './window-state'
import { discardQuestion } from '@shared/discard-question'
import { appOrigin } from '@shared/ipc'
import { BrowserWindow, dialog, screen } from 'electron'
import { placeWindow, smallest } from './window-state'

export interface MainWindow {
  /**
   * Shows the window: opens it, or brings it to the front. With a path of the console it shows that
   * screen.
   */
  open: (path?: string) => void
  /** Reloads the page if there is one. */
  reload: () => void
  /** Saves the window's place if it is open. */
  remember: () => void
}

interface MainWindowOptions {
  /** File of the preload script. */
  preload: string
  icon: string
  file: JsonFile<WindowState>
  logger: Logger
}

/** Milliseconds within which a second crash of the page does not reload it again. */
const crashPause = 10_000

/**
 * The only window. When a person closes it, it is destroyed, and created again when they want it
 * back. Until then it costs nothing.
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
      // Electron security checklist, items 2 to 4 and 11. Most are Electron's defaults, written
      // down so that they stay.
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
    created.webContents.on('will-prevent-unload', event => mayDiscard(created) && event.preventDefault())
    reviveAfterCrash(created)
    return created
  }

  /** Electron does not ask by itself: without an answer the window could not be closed at all. */
  function mayDiscard(created: BrowserWindow): boolean {
    const { title: message, action } = discardQuestion
    const detail = 'Your changes are not saved.'
    const buttons = [action, 'Cancel']
    return dialog.showMessageBoxSync(created, { type: 'question', message, detail, buttons, defaultId: 1, cancelId: 1 })
      === 0
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
    // Also rejects if another load overtakes this one, or the window is closed in the meantime.
    return target
      .loadURL(appOrigin + path)
      .catch((error: unknown) => logger.warn('the window did not load', { path, error: String(error) }))
  }
}

function workAreas(): Rectangle[] {
  const primary = screen.getPrimaryDisplay()
  return [primary, ...screen.getAllDisplays().filter(({ id }) => id !== primary.id)].map(({ workArea }) => workArea)
}
