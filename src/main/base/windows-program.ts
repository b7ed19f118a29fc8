import { win32 } from 'node:path'

/**
 * A program of Windows by its whole path: Windows looks for a bare name in the working directory
 * first, where anything may lie.
 */
export function ofWindows(program: string): string {
  return win32.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', program)
}
