import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { closeBrowser, openBrowser } from './browser'
import { closingPages, windows } from './browser-window'
import { EventEmitter, preventable } from './emitter'
import { recorded, StandinTray } from './recorded'

const paths = new Map<string, string>([
  ['appData', process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config')],
  ['home', homedir()],
])
const lockName = 'standin.lock'
const noteName = /^standin-second-\d+\.json$/

export class StandinApp extends EventEmitter {
  readonly isPackaged = false
  privileged: unknown[] = []
  sandboxed = false
  aboutPanel: unknown
  private name = 'Electron'
  private leaving = false
  private ready = false

  constructor() {
    super()
    // Chromium is the first thing that Electron starts.
    void openBrowser().catch(() => {})
    // After the app's main module has run, as in Electron.
    setImmediate(() => setImmediate(() => {
      this.ready = true
      this.emit('ready')
    }))
  }

  whenReady = (): Promise<void> =>
    this.ready ? Promise.resolve() : new Promise(resolve => this.once('ready', () => resolve()))

  isReady = (): boolean => this.ready
  setName = (name: string): void => void (this.name = name)
  getName = (): string => this.name
  enableSandbox = (): void => void (this.sandboxed = true)
  getAppPath = (): string => resolve('.')
  setAboutPanelOptions = (options: unknown): void => void (this.aboutPanel = options)
  showAboutPanel = (): void => void (recorded.about += 1)

  setPath = (name: string, path: string): void => {
    if (!existsSync(path))
      throw new Error(`${path} does not exist`)
    paths.set(name, path)
  }

  getPath = (name: string): string => {
    const path = paths.get(name)
    if (path === undefined)
      throw new Error(`The stand-in for Electron has no path ${name}`)
    return path
  }

  /** Allows one process per userData folder; a later one leaves a message for it. */
  requestSingleInstanceLock = (): boolean => {
    const folder = this.getPath('userData')
    const lock = join(folder, lockName)
    if (existsSync(lock) && isAlive(Number(readFileSync(lock, 'utf8')))) {
      writeFileSync(join(folder, `standin-second-${process.pid}.json`), JSON.stringify(process.argv))
      return false
    }
    rmSync(lock, { force: true })
    const file = openSync(lock, 'wx')
    writeFileSync(file, String(process.pid))
    closeSync(file)
    watch(folder, () => {
      for (const note of readdirSync(folder).filter(name => noteName.test(name))) {
        rmSync(join(folder, note), { force: true })
        this.emit('second-instance', {}, [], folder)
      }
    }).unref()
    return true
  }

  quit = (): void => {
    const event = preventable({})
    this.emit('before-quit', event)
    if (!event.defaultPrevented)
      this.exit(0)
  }

  exit = (code = 0): void => {
    if (this.leaving)
      return
    this.leaving = true
    for (const window of windows)
      window.destroy()
    StandinTray.all.clear()
    const userData = paths.get('userData')
    if (userData !== undefined
      && existsSync(join(userData, lockName))
      && Number(readFileSync(join(userData, lockName), 'utf8')) === process.pid) {
      rmSync(join(userData, lockName), { force: true })
    }
    // A page that hangs must not keep the process alive.
    void Promise.race([Promise.all(closingPages).then(closeBrowser), new Promise(resolve => setTimeout(resolve, 2000))])
      .finally(() => process.exit(code))
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  }
  catch {
    return false
  }
}
