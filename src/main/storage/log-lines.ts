import type { LogFile } from './log-files'

/** Bytes that are read at once. */
const piece = 64 * 1024
/** Bytes: a line of ours has fewer by far, so a file with a longer one is none of ours. */
const longestLine = 1024 * 1024
const lineEnd = 0x0A

/** The lines of a file from its end to its start, up to `end`, in slices of some milliseconds. */
export async function* linesBackwards(file: LogFile, end: number): AsyncGenerator<string> {
  /** The end of a line whose start is still to be read. */
  let rest: Buffer = Buffer.alloc(0)
  let at = end
  while (at > 0 && rest.length < longestLine) {
    const start = Math.max(0, at - piece)
    const bytes = Buffer.concat([await file.read(start, at), rest])
    const whole = start === 0 ? 0 : bytes.indexOf(lineEnd) + 1
    // Without a line end all of it belongs to a line that starts further ahead.
    const cut = start > 0 && whole === 0 ? bytes.length : whole
    rest = bytes.subarray(0, cut)
    at = start
    const lines = bytes.toString('utf8', cut).split('\n')
    for (const line of lines.reverse()) {
      if (line !== '')
        yield line
    }
  }
}

/** What is appended to a file from `start` on, in whole lines. */
export function createLineReader(file: LogFile, start: number): { next: () => Promise<string[]> } {
  let at = start
  let rest: Buffer = Buffer.alloc(0)
  return {
    async next() {
      const size = file.size()
      const bytes = Buffer.concat([rest, await file.read(at, Math.min(size, at + longestLine))])
      at += bytes.length - rest.length
      const cut = bytes.lastIndexOf(lineEnd) + 1
      rest = bytes.length - cut < longestLine ? bytes.subarray(cut) : Buffer.alloc(0)
      return bytes.toString('utf8', 0, cut).split('\n').filter(line => line !== '')
    },
  }
}
