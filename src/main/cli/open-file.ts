import { spawn } from 'node:child_process'

/** The system's opener; the path is an argument of its own, no shell reads it. */
function openerOf(platform: NodeJS.Platform, path: string): [program: string, argv: string[]] {
  switch (platform) {
    case 'darwin': return ['open', [path]]
    // `start` is a word of the shell; this is what it does.
    case 'win32': return ['rundll32.exe', ['url.dll,FileProtocolHandler', path]]
    default: return ['xdg-open', [path]]
  }
}

/**
 * Starts the opener, and does not wait for it: some stay as long as the browser. Throws Error where
 * it is missing.
 */
export function openFile(platform: NodeJS.Platform, path: string): Promise<void> {
  const [program, argv] = openerOf(platform, path)
  const child = spawn(program, argv, { detached: true, stdio: 'ignore', windowsHide: true })
  child.unref()
  return new Promise((done, fail) => {
    child.once('spawn', done)
    child.once('error', fail)
  })
}
