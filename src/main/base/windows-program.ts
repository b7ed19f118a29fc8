import { win32 } from 'node:path'

/**
 * The full path of a Windows program: Windows looks for a bare name in the working directory first,
 * which may contain anything.
 */
export function ofWindows(program: string): string {
  return win32.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', program)
}
