import type { LogLine, LogSource } from '@shared/server-log'
import type { FoundLine, LogReader } from '../base/log-reader'
import type { LogFile } from './log-files'
import { setTimeout as sleep } from 'node:timers/promises'
import { logSources, readLogLine } from '@shared/server-log'
import { logFileAt, logPaths, logStems, openLogFile, openLogFiles } from './log-files'
import { createLineReader, linesBackwards } from './log-lines'

/** Milliseconds between two looks for new lines. */
const lookEvery = 200

/**
 * Reads the files themselves, so that no server has to run. Throws an Error with a sentence if a
 * file is not the person's own.
 */
export function openLogs(home: string): LogReader {
  const writers = logSources.map((source) => {
    const files = openLogFiles(home, logStems[source]).map(file => ({ file, size: file.size() }))
    return { source, files, tail: createTail(home, source, files[0]) }
  })
  return {
    newestFirst: () => merged(writers.map(({ source, files }) => foundIn(source, files))),
    async* appended(signal) {
      while (!signal.aborted) {
        const lines = (await Promise.all(writers.map(({ tail }) => tail.next()))).flat()
        if (lines.length > 0)
          yield lines.sort((a, b) => a.time.localeCompare(b.time))
        else
          await sleep(lookEvery, undefined, { signal }).catch(() => {})
      }
    },
    async close() {
      for (const { files, tail } of writers) {
        await tail.close()
        await Promise.all(files.map(({ file }) => file.close()))
      }
    },
  }
}

async function* foundIn(
  source: LogSource,
  files: readonly { file: LogFile, size: number }[],
): AsyncGenerator<FoundLine> {
  for (const { file, size } of files) {
    for await (const text of linesBackwards(file, size))
      yield readLogLine(text, source) ?? null
  }
}

/** Lines of several writers, the newest first. A line that is not ours comes at once. */
async function* merged(readers: readonly AsyncGenerator<FoundLine>[]): AsyncGenerator<FoundLine> {
  const heads = await Promise.all(readers.map(async reader => ({ reader, head: await reader.next() })))
  for (;;) {
    const open = heads.filter(({ head }) => !head.done)
    const next = open.toSorted((a, b) => timeOf(b.head.value).localeCompare(timeOf(a.head.value)))[0]
    if (!next)
      return
    const { value } = next.head
    next.head = await next.reader.next()
    yield value ?? null
  }
}

/** Later than any, for what has none. */
function timeOf(line: FoundLine | undefined): string {
  return line?.time ?? '~'
}

/** Follows the file that has the name of the newest one, also when that becomes another file. */
function createTail(
  home: string,
  source: LogSource,
  newest: { file: LogFile, size: number } | undefined,
): { next: () => Promise<LogLine[]>, close: () => Promise<void> } {
  const [path] = logPaths(home, logStems[source])
  const start = newest && { file: newest.file, lines: createLineReader(newest.file, newest.size) }
  let current = start

  async function closeOwn(): Promise<void> {
    if (current !== start)
      await current?.file.close()
  }

  return {
    async next() {
      // Looked up first: once the name is another file's, nothing more is written to the old one.
      const now = logFileAt(path)
      const texts = await current?.lines.next() ?? []
      if (texts.length === 0 && now !== undefined && now !== current?.file.id) {
        const file = openLogFile(path)
        await closeOwn()
        current = file && { file, lines: createLineReader(file, 0) }
      }
      return texts.flatMap(text => readLogLine(text, source) ?? [])
    },
    close: closeOwn,
  }
}
