import { PassThrough, Writable } from 'node:stream'
import { vi } from 'vitest'
import { patience } from '../../helpers/patience'
import { larder } from './harness'

type Surroundings = Parameters<typeof larder>[1]

/**
 * A person at a terminal who types these lines, each when the next question stands there; a
 * function does something before.
 */
export async function typing(
  argv: readonly string[],
  lines: readonly (string | (() => Promise<string>))[],
  more: Surroundings = {},
): Promise<{ code: number, screen: string }> {
  const stdin: PassThrough & { isTTY?: boolean } = new PassThrough()
  stdin.isTTY = true
  let screen = ''
  const stderr = new Writable({
    write(chunk: Buffer, _, done) {
      screen += String(chunk)
      done()
    },
  })
  const ended = larder(argv, { ...more, stdin, stderr })
  for (const [index, line] of lines.entries()) {
    await vi.waitUntil(() => [...screen.matchAll(/: |\[y\/N\] /g)].length > index, { timeout: patience, interval: 5 })
    stdin.write(typeof line === 'string' ? line : await line())
  }
  const { code } = await ended
  return { code, screen }
}
