import { existsSync } from 'node:fs'
import { EventEmitter } from './emitter'

/** The app's calls to the system. Tests read them over the control channel. */
export const recorded = {
  notifications: [] as StandinNotification[],
  dialogs: [] as { title: string, content: string }[],
  /** Paths of files. */
  opened: [] as string[],
  /** Windows that a page wanted to open, and the app's response. */
  wanted: [] as { url: string, action: string }[],
  clipboard: '',
  about: 0,
}

export interface MenuItem {
  label?: string
  role?: string
  type?: string
  checked?: boolean
  enabled?: boolean
  accelerator?: string
  click?: () => void
  submenu?: MenuItem[]
}

export class StandinMenu {
  static application: StandinMenu | null = null
  static setApplicationMenu = (menu: StandinMenu | null): void => void (StandinMenu.application = menu)
  static buildFromTemplate = (items: MenuItem[]): StandinMenu => new StandinMenu(items)
  readonly items: MenuItem[]

  constructor(items: MenuItem[]) {
    this.items = items
  }
}

interface StandinImage { path: string, isEmpty: () => boolean }
export const nativeImage = {
  createFromPath: (path: string): StandinImage => ({ path, isEmpty: () => !existsSync(path) }),
}

export class StandinTray extends EventEmitter {
  static readonly all = new Set<StandinTray>()
  image: StandinImage
  tip = ''
  menu: StandinMenu | null = null

  constructor(image: StandinImage) {
    super()
    this.image = image
    StandinTray.all.add(this)
  }

  setImage = (image: StandinImage): void => void (this.image = image)
  setToolTip = (tip: string): void => void (this.tip = tip)
  setContextMenu = (menu: StandinMenu | null): void => void (this.menu = menu)
  destroy = (): void => void StandinTray.all.delete(this)
}

export class StandinNotification extends EventEmitter {
  static isSupported = (): boolean => true
  readonly title: string
  readonly body: string

  constructor({ title = '', body = '' }: { title?: string, body?: string }) {
    super()
    this.title = title
    this.body = body
  }

  show = (): void => void recorded.notifications.push(this)
}
