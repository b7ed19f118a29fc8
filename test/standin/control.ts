import type { StandinApp } from './app'
import type { AppServer } from './app-server'
import type { StandinWindow } from './browser-window'
import type { EventEmitter } from './emitter'
import type { Frame } from './ipc-main'
import type { MenuItem } from './recorded'
import process from 'node:process'
import { windowOptions } from './browser-window'
import { dispatch } from './ipc-main'
import { recorded, StandinMenu, StandinTray } from './recorded'

interface ControlParts {
  app: StandinApp
  powerMonitor: EventEmitter
  permissions: {
    check?: (contents: unknown, permission: string) => boolean
    request?: (contents: unknown, permission: string, answer: (granted: boolean) => void) => void
  }
  appServer: Promise<AppServer>
  displays: { id: number, workArea: { x: number, y: number, width: number, height: number } }[]
  windows: ReadonlySet<StandinWindow>
}

interface MenuPicture {
  label: string
  type: string
  checked: boolean
  enabled: boolean
  accelerator: string
  role: string
  submenu: MenuPicture[]
}

/** The commands of tests to the stand-in, over Node's IPC channel, with plain data both ways. */
function createCommands({ app, powerMonitor, permissions, appServer, displays, windows }: ControlParts) {
  const first = (): StandinWindow => {
    const [window] = windows
    if (!window)
      throw new Error('There is no window')
    return window
  }
  const tray = (): StandinTray => {
    const [found] = StandinTray.all
    if (!found)
      throw new Error('There is no tray')
    return found
  }
  const menuOf = (which: 'tray' | 'application'): MenuItem[] =>
    (which === 'tray' ? tray().menu : StandinMenu.application)?.items ?? []

  return {
    origin: async () => (await appServer).toBrowser('app://larder'),
    tray: () =>
      ({
        count: StandinTray.all.size,
        image: tray().image.path,
        imageMissing: tray().image.isEmpty(),
        tip: tray().tip,
      }),
    clickTray: () => void tray().emit('click'),
    menu: (which: 'tray' | 'application') => menuOf(which).map(picture),
    click(which: 'tray' | 'application', path: string[]) {
      let items = menuOf(which)
      let found: MenuItem | undefined
      for (const label of path) {
        found = items.find(item => item.label?.replaceAll(/&(.)/g, '$1') === label)
        items = found?.submenu ?? []
      }
      if (!found?.click || found.enabled === false)
        throw new Error(`The menu has nothing to click at ${path.join(' › ')}`)
      found.click()
    },
    recorded: () =>
      ({ ...recorded, notifications: recorded.notifications.map(({ title, body }) => ({ title, body })) }),
    options: () => structuredClone(windowOptions),
    shell: () =>
      ({
        privileged: app.privileged,
        sandboxed: app.sandboxed,
        name: app.getName(),
        about: app.aboutPanel,
        userData: app.getPath('userData'),
      }),
    windows: () =>
      [...windows].map(window =>
        ({
          bounds: window.getNormalBounds(),
          maximized: window.isMaximized(),
          minimized: window.isMinimized(),
          visible: window.visible,
          url: window.webContents.getURL(),
        })),
    setBounds: (bounds: { x: number, y: number, width: number, height: number }) => first().setBounds(bounds),
    maximize: () => first().maximize(),
    minimize: () => first().minimize(),
    closeWindow: () => first().close(),
    setDisplays: (areas: { x: number, y: number, width: number, height: number }[]) =>
      void displays.splice(0, displays.length, ...areas.map((workArea, index) => ({ id: index + 1, workArea }))),
    crash: () => first().webContents.crash(),
    emitApp: (name: string) => void app.emit(name),
    power: (name: 'suspend' | 'resume') => void powerMonitor.emit(name),
    quit: () => app.quit(),
    /** Advances the machine's clock by this many milliseconds, as if it had been asleep. */
    skipTime(milliseconds: number) {
      const real = Date.now.bind(Date)
      Date.now = () => real() + milliseconds
    },
    /** Simulates a bug somewhere in the main process. */
    throwLater: (message: string) => void setImmediate(() => {
      throw new Error(message)
    }),
    async permission(name: string) {
      const requested = await new Promise<boolean>(resolve =>
        permissions.request ? permissions.request(null, name, resolve) : resolve(true))
      return { requested, checked: permissions.check?.(null, name) ?? true }
    },
    navigationEvents(name: string, url: string) {
      let prevented = false
      first().webContents.emit(name, { url, preventDefault: () => prevented = true })
      return prevented
    },
    /** Sends random messages from an invented frame, and returns the codes of their answers. */
    flood: async (channels: string[], total: number, payloads: string, senderFrame: Frame) => {
      // eslint-disable-next-line no-new-func -- the text of a function of the test
      const next = (new Function(`return (${payloads})(42)`) as () => () => unknown)()
      const codes: Record<string, number> = {}
      for (let sent = 0; sent < total; sent++) {
        const code = await dispatch(
          String(channels[sent % channels.length]),
          { sender: first().webContents, senderFrame },
          [structuredClone(next())],
        )
          .then(answer => answer as { ok: boolean, error?: { code: string } })
          .then(({ ok, error }) => ok ? 'ok' : String(error?.code), () => 'unhandled')
        codes[code] = (codes[code] ?? 0) + 1
      }
      return { total, codes }
    },
    /** Sends a message from an invented frame. */
    forge: (channel: string, input: unknown, senderFrame: Frame | null) =>
      dispatch(channel, { sender: first().webContents, senderFrame }, [input]),
  }
}

export type Commands = ReturnType<typeof createCommands>

export function listenToTests(parts: ControlParts): void {
  if (!process.send)
    return
  const commands = createCommands(parts) as unknown as Record<string, (...given: unknown[]) => unknown>
  process.on('message', async ({ id, command, given }: { id: number, command: string, given: unknown[] }) => {
    try {
      process.send?.({ id, value: await commands[command]?.(...given) })
    }
    catch (error) {
      process.send?.({ id, error: String(error) })
    }
  })
  process.channel?.unref()
}

function picture({
  label = '',
  type = 'normal',
  checked = false,
  enabled = true,
  accelerator = '',
  role = '',
  submenu = [],
}: MenuItem): MenuPicture {
  return {
    label: label.replaceAll(/&(.)/g, '$1'),
    type,
    checked,
    enabled,
    accelerator,
    role,
    submenu: submenu.map(picture),
  }
}
