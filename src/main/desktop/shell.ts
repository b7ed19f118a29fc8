import type { ShellState } from '@shared/ipc'
import type { Logger } from '../base/logger'
import type { AppFile } from './app-protocol'
import type { HomeFiles } from './json-file'
import type { LoginItem } from './login-item'
import type { ServerKeeper } from './server-keeper'
import type { TrayModel } from './tray-menu'
import { join } from 'node:path'
import { appScheme } from '@shared/ipc'
import { app, Menu, powerMonitor, protocol, session } from 'electron'
import { createDisposableStack } from '../base/disposable'
import { applicationMenu } from './app-menu'
import { createAppProtocol } from './app-protocol'
import { denyEscapes, denyPermissions } from './denials'
import { createDesktopActions } from './desktop-actions'
import { createJsonFile } from './json-file'
import { createLoopback } from './loopback'
import { createMainWindow } from './main-window'
import { createNotices, watchStores } from './notices'
import { answerPageCalls } from './page-calls'
import { createSwitchboard } from './switchboard'
import { createTray } from './tray'
import { windowStateSchema } from './window-state'

interface ShellOptions {
  keeper: ServerKeeper
  /** The console's build: path → file. */
  files: ReadonlyMap<string, AppFile>
  version: string
  platform: NodeJS.Platform
  /** Folder of the data, folder of the icons, and file of the preload script. */
  places: { home: string, resources: string, preload: string }
  homeFiles: HomeFiles
  rememberPort: (port: number) => void
  /** A text for a report while no server runs. */
  report: () => Promise<string>
  /** Null if this system has no start at login. */
  loginItem: LoginItem | null
  /** Address of Vite's server while somebody works on the console. */
  develop: string | undefined
  logger: Logger
}

interface Shell {
  /** Shows the window. */
  open: () => void
  /** Disposes of everything that belongs to the shell, at the very end. */
  dispose: () => Promise<void>
}

/**
 * Everything in the desktop app that a person sees, around the server of `keeper`. To be created
 * once the app is ready.
 */
export function createShell(options: ShellOptions): Shell {
  const { keeper, files, version, platform, places, homeFiles, loginItem, develop, logger } = options
  const parts = createDisposableStack()
  const icon = join(places.resources, 'icon.png')
  const appProtocol = createAppProtocol({
    files,
    develop,
    forward: createLoopback(() => {
      const server = keeper.running()
      return server && { url: server.url, credential: server.controlToken }
    }),
  })
  protocol.handle(appScheme, appProtocol.handle)
  denyPermissions(session.defaultSession)
  app.on('web-contents-created', (_event, contents) => denyEscapes(contents, appProtocol.isPage, logger))
  app.setAboutPanelOptions({
    applicationName: 'Larder',
    applicationVersion: version,
    version: `Electron ${process.versions.electron}, Chromium ${process.versions.chrome}, Node ${process.versions.node}`,
    iconPath: icon,
  })

  const file = createJsonFile(join(places.home, 'window.json'), windowStateSchema, { files: homeFiles, logger })
  const window = createMainWindow({ preload: places.preload, icon, logger, file })
  const notices = createNotices()
  const switchboard = createSwitchboard({ keeper, logger })
  const actions = createDesktopActions({ keeper, window, notices, loginItem, logger, refresh: () => void show() })
  const tray = parts.use(createTray({ folder: join(places.resources, 'tray'), platform, actions }))
  const calls = parts.use(answerPageCalls(options))
  parts.use(watchStores({ keeper, notices, logger }))

  async function show(): Promise<void> {
    const model: TrayModel = {
      state: await keeper.settled(),
      switches: switchboard.switches,
      startsAtLogin: loginItem?.read() ?? null,
    }
    tray.show(model)
    Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(model, actions, platform)))
  }

  switchboard.onChange(() => void show())
  let phase: ShellState['phase'] | undefined
  keeper.onChange((state) => {
    if (phase === 'serving' && state.phase === 'trouble')
      notices.show(state.message, () => window.open())
    // The page reads the state when it loads. It learns of further trouble from the answer to its
    // own attempt to start the server.
    if (phase !== undefined && phase !== state.phase)
      window.reload()
    phase = state.phase
  })
  // Timers stopped while the machine slept, but time did not, so entries have expired.
  powerMonitor.on('resume', calls.refresh)
  app.on('activate', () => window.open())
  // Closing the window leaves the server running, in the tray.
  app.on('window-all-closed', () => {})
  parts.defer(window.remember)

  return { open: () => window.open(), dispose: parts.dispose }
}
