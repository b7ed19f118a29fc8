import { spawn } from 'node:child_process'
import { ofWindows } from '../base/windows-program'

/** The system's opener; the path is an argument of its own, no shell reads it. */
function openerOf(platform: NodeJS.Platform, path: string): [program: string, argv: string[]] {
  switch (platform) {
    case 'darwin': return ['/usr/bin/open', [path]]
    // `start` is a word of the shell; this is what it does.
    case 'win32': return [ofWindows('rundll32.exe'), ['url.dll,FileProtocolHandler', path]]
    default: return ['xdg-open', [path]]
  }
}

/** Milliseconds after which an opener that still runs counts as one that has opened the file. */
const patience = 3000

/**
 * Opens a file with the program that the system has for it. Some openers stay as long as the
 * browser, so nobody waits for the end of one. Throws Error where it is missing, and where it ends
 * soon with a code that tells of a failure.
 */
export function openFile(
  platform: NodeJS.Platform,
  path: string,
  [program, argv] = openerOf(platform, path),
): Promise<void> {
  const child = spawn(program, argv, { detached: true, stdio: 'ignore', windowsHide: true })
  child.unref()
  return new Promise((done, fail) => {
    const timer = setTimeout(done, patience)
    child.once('error', fail)
    child.once('exit', (code) => {
      clearTimeout(timer)
      if (code === 0)
        done()
      else
        fail(new Error(`${program} ended with code ${code}`))
    })
  })
}
