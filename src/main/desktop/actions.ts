/** What menus can do. None throws: a failure is told to the person. */
export interface ShellActions {
  setCaching: (enabled: boolean) => void
  setCache: (name: string, enabled: boolean) => void
  copyKey: () => void
  copyUrl: () => void
  /** At a path of the console, else where it is. */
  openConsole: (path?: string) => void
  openInBrowser: () => void
  setStartAtLogin: (wanted: boolean) => void
  about: () => void
  quit: () => void
}
