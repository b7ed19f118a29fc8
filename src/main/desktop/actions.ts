/** Actions of the menus. None of them throws: failures are shown to the person. */
export interface ShellActions {
  setCaching: (enabled: boolean) => void
  setCache: (name: string, enabled: boolean) => void
  copyKey: () => void
  copyUrl: () => void
  /** With the first API key, as `larder url redis` prints it. */
  copyRedisUrl: () => void
  /** Opens the console at `path`; without it, the console stays at its current screen. */
  openConsole: (path?: string) => void
  openInBrowser: () => void
  setStartAtLogin: (wanted: boolean) => void
  about: () => void
  quit: () => void
}
