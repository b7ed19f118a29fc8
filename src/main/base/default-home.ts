import { posix, win32 } from 'node:path'

/**
 * Returns the folder for databases and logs if `LARDER_HOME` is not set: the user-data directory of
 * the platform, which is the same as Electron's `appData`, so that desktop and headless share it.
 */
export function defaultHome(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  userFolder: string,
): string {
  if (platform === 'win32')
    return win32.join(env.APPDATA || win32.join(userFolder, 'AppData', 'Roaming'), 'Larder')
  if (platform === 'darwin')
    return posix.join(userFolder, 'Library', 'Application Support', 'Larder')
  // A relative XDG path is invalid and must be ignored (XDG Base Directory Specification,
  // "Basics").
  const configured = env.XDG_CONFIG_HOME ?? ''
  return posix.join(posix.isAbsolute(configured) ? configured : posix.join(userFolder, '.config'), 'Larder')
}
