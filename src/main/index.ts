import type { Configuration } from './base/configuration'
import type { LoginItem } from './desktop/login-item'
import type { DesktopServer } from './desktop/server-keeper'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { messageOf } from '@shared/errors'
import { app, dialog, protocol } from 'electron'
import { z } from 'zod'
import { version } from '../../package.json'
import { systemClock } from './base/clock'
import { defaultHome } from './base/default-home'
import { ListenError } from './base/listen'
import { createLogger } from './base/logger'
import { readArguments } from './cli/arguments'
import { createServerLookup, optionFlags, resolveConfiguration } from './cli/configuration'
import { createProcessIo } from './cli/io'
import { options } from './cli/options'
import { appPrivileges } from './desktop/app-protocol'
import { createJsonFile } from './desktop/json-file'
import { createKeychainQuestions } from './desktop/keychain'
import { createAutostartEntry } from './desktop/login-item'
import { ownArguments } from './desktop/own-arguments'
import { findPortHolder } from './desktop/port-holder'
import { createServerKeeper, PortTaken } from './desktop/server-keeper'
import { createShell } from './desktop/shell'
import { readConsoleFiles } from './http/console-files'
import { createLarder } from './larder'
import { createFileLog } from './storage/file-log'
import { prepareHome, writeHomeFile } from './storage/home'
import { makeFolders } from './storage/make-folders'
import { ensurePrivateFolder, readPrivateFile, writeFileAtomic } from './storage/private-files'
import { createKeytar } from './vault/keychain-process'

/**
 * The Electron entry: configuration, one instance, then the server with the shell around it. Has no
 * top-level await, because Electron only gets ready after this module has run.
 */
app.setName('Larder')
protocol.registerSchemesAsPrivileged([appPrivileges])
app.enableSandbox()

const here = import.meta.dirname
const hidden = '--hidden'

start().catch((error: unknown) => {
  dialog.showErrorBox('Larder cannot start', messageOf(error))
  app.exit(1)
})

/**
 * Reads flags, environment and `.env` as the command line does. Throws Failure that names every bad
 * value.
 */
function readSettings(): { configuration: Configuration, portGiven: boolean, warnings: string[] } {
  const io = createProcessIo({ readPrivateFile, writePrivateFile: writeHomeFile })
  const warnings: string[] = []
  const { flags } = readArguments(ownArguments(process.argv.slice(1), optionFlags), optionFlags)
  const warn = (line: string): void => void warnings.push(line)
  const sources = { ...io, defaultHome: defaultHome(io.platform, io.env, io.userFolder), warn }
  const find = createServerLookup(flags, sources)
  return { configuration: resolveConfiguration(find, sources), portGiven: find(options.port) !== undefined, warnings }
}

async function start(): Promise<void> {
  const { configuration, portGiven, warnings } = readSettings()
  const home = prepareHome(configuration.home)
  // Chromium's own files and its lock, which allows one instance per data folder.
  const userData = join(home, 'desktop')
  ensurePrivateFolder(userData)
  app.setPath('userData', userData)
  if (!app.requestSingleInstanceLock())
    return app.exit(0)

  const log = createFileLog({ home, source: 'desktop' })
  const logger = createLogger(log.write, systemClock.wall)
  warnings.forEach(warning => logger.warn(warning))
  const homeFiles = { read: readPrivateFile, replace: writeFileAtomic }
  const kept = z.strictObject({ port: z.int().min(1).max(65535) })
  const remembered = createJsonFile(join(home, 'desktop.json'), kept, { files: homeFiles, logger })
  const consoleFolder = join(here, '../renderer')

  async function launch(
    port = (portGiven ? undefined : remembered.read()?.port) ?? configuration.port,
  ): Promise<DesktopServer> {
    try {
      const larder = await createLarder({
        configuration: { ...configuration, port },
        version,
        consoleFolder,
        writerProgram: join(here, 'writer-thread.js'),
        codecProgram: join(here, 'codec-thread.js'),
        loadKeytar: async () => createKeytar(createKeychainQuestions(join(here, 'keychain-child.cjs'))),
      })
      larder.warnings.forEach(warning => logger.warn(warning))
      logger.info(larder.listening)
      return larder
    }
    catch (error) {
      throw error instanceof ListenError && error.code === 'EADDRINUSE' ? new PortTaken(port, { cause: error }) : error
    }
  }

  const keeper = createServerKeeper({ launch, findHolder: port => findPortHolder(port, process.platform), logger })
  await app.whenReady()
  // In headless mode there is no window, so a failure ends the start.
  const shell = configuration.headless
    ? null
    : createShell({
        keeper,
        files: readConsoleFiles(consoleFolder),
        version,
        platform: process.platform,
        places: { home, resources: join(here, '../../resources'), preload: join(here, '../preload/index.cjs') },
        homeFiles,
        rememberPort: port => remembered.write({ port }),
        async report() {
          const { readLogPage } = await import('./storage/log-page')
          const { writeTroubleReport } = await import('./desktop/trouble-report')
          return writeTroubleReport(version, (await readLogPage(home, { level: 'warn', text: '', limit: 50 })).lines)
        },
        loginItem: loginItem(),
        // Set by `npm run dev`.
        develop: app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL,
        logger,
      })
  app.on('second-instance', () => shell?.open())
  // After a bug in a part of the server the app stays, shows it, and can start the server again.
  process.on('uncaughtException', error => void keeper.abandon(error))
  process.on('unhandledRejection', error => void keeper.abandon(error))

  let quitting: Promise<void> | undefined
  app.on('before-quit', (event) => {
    // Pending entries are written first; then the app exits without asking again.
    event.preventDefault()
    quitting ??= keeper.stop().then(() => shell?.dispose()).catch((error: unknown) =>
      logger.error('the app did not stop cleanly', { error: messageOf(error) })).then(async () => {
      await log.dispose()
      app.exit(0)
    })
  })
  process.on('SIGTERM', () => app.quit())
  process.on('SIGINT', () => app.quit())
  // The terminal that it was started from was closed.
  process.on('SIGHUP', () => app.quit())

  const state = await keeper.start()
  if (state.phase === 'serving')
    process.stdout.write(`Larder ready on ${state.url}\n`)
  else if (!shell)
    throw new Error(state.message)
  if (state.phase === 'trouble' || !process.argv.includes(hidden))
    shell?.open()
}

/**
 * Start at login, to the tray. Electron supports it on macOS and Windows; on other systems there is
 * a specification.
 */
function loginItem(): LoginItem {
  const program = app.isPackaged ? [process.env.APPIMAGE ?? process.execPath] : [process.execPath, app.getAppPath()]
  if (process.platform === 'darwin' || process.platform === 'win32') {
    const item = { path: process.execPath, args: [...program.slice(1), hidden] }
    return {
      read: () => app.getLoginItemSettings(item).openAtLogin,
      write: wanted => app.setLoginItemSettings({ ...item, openAtLogin: wanted }),
    }
  }
  return createAutostartEntry({
    file: join(app.getPath('appData'), 'autostart/larder.desktop'),
    program: [...program, hidden],
    replace(path, text) {
      makeFolders(dirname(path))
      writeFileAtomic(path, text)
    },
  })
}
