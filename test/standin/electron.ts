import type { ProtocolHandler } from './app-server'
import process from 'node:process'
import { StandinApp } from './app'
import { serveScheme } from './app-server'
import { createWindowClass, windows } from './browser-window'
import { listenToTests } from './control'
import { EventEmitter } from './emitter'
import { ipcMain as rawIpcMain } from './ipc-main'
import { nativeImage as rawNativeImage, recorded, StandinMenu, StandinNotification, StandinTray } from './recorded'
import { strict } from './strict'
import { utilityProcess as rawUtilityProcess } from './utility-process'

/**
 * The part of Electron's API that src/main uses, over Chromium and plain Node. Anything else throws
 * an error with its name. `process.versions.electron` is set for code that distinguishes Electron
 * from Node.
 */
Object.defineProperty(process.versions, 'electron', { value: '0.0.0-standin', enumerable: true })
Object.defineProperty(process.versions, 'chrome', { value: '0.0.0-standin', enumerable: true })

type PermissionCheck = (contents: unknown, permission: string) => boolean
type PermissionRequest = (contents: unknown, permission: string, answer: (granted: boolean) => void) => void
export const permissions: { check?: PermissionCheck, request?: PermissionRequest } = {}
const defaultSession = strict('session.defaultSession', {
  setPermissionCheckHandler: (handler: PermissionCheck) => void (permissions.check = handler),
  setPermissionRequestHandler: (handler: PermissionRequest) => void (permissions.request = handler),
})

const schemes = new Map<string, ProtocolHandler>()
const appServer = serveScheme('app://larder', () => schemes.get('app'))
const rawApp = new StandinApp()
const rawPowerMonitor = new EventEmitter()
const displays = [{ id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } }]

export const app = strict('app', rawApp)
export const ipcMain = strict('ipcMain', rawIpcMain)
export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(list: unknown[]) {
    if (rawApp.isReady())
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    rawApp.privileged = list
  },
  handle: (scheme: string, handler: ProtocolHandler) => void schemes.set(scheme, handler),
})
export const session = strict('session', { defaultSession })
export const screen = strict('screen', { getPrimaryDisplay: () => displays[0], getAllDisplays: () => displays })
export const powerMonitor = strict('powerMonitor', rawPowerMonitor)
export const shell = strict('shell', {
  async openPath(path: string) {
    recorded.opened.push(path)
    return ''
  },
})
export const clipboard = strict('clipboard', { writeText: (text: string) => void (recorded.clipboard = text) })
export const dialog = strict('dialog', {
  showErrorBox(title: string, content: string) {
    recorded.dialogs.push({ title, content })
    process.stderr.write(`${title}: ${content}\n`)
  },
})
export const nativeImage = strict('nativeImage', rawNativeImage)
export const utilityProcess = strict('utilityProcess', rawUtilityProcess)
export const Menu = strict('Menu', StandinMenu)
export const Tray = strict('Tray', StandinTray)
export const Notification = strict('Notification', StandinNotification)
export const BrowserWindow = strict('BrowserWindow', createWindowClass({
  app: appServer,
  session: defaultSession,
  created: contents => void rawApp.emit('web-contents-created', {}, strict('webContents', contents)),
  allClosed: () => {
    if (!rawApp.emit('window-all-closed'))
      rawApp.quit()
  },
}))

listenToTests({ app: rawApp, powerMonitor: rawPowerMonitor, permissions, appServer, displays, windows })
