import type { LogLine, LogPage, LogQuery } from '@shared/server-log'
import { createHash } from 'node:crypto'
import { matchesLog } from '@shared/server-log'
import { openLogs } from './log-reader'

/**
 * A page of the log, the newest lines first. A cursor names the last line of the page before by its
 * time and digest, so new lines and a rotation move nothing. Once that line has gone, there are no
 * older ones either.
 *
 * @throws {Error} what `openLogs` throws
 */
export async function readLogPage(home: string, query: LogQuery): Promise<LogPage> {
  const logs = openLogs(home)
  const lines: LogLine[] = []
  let unreadable = 0
  let waiting = query.cursor !== undefined
  try {
    for await (const line of logs.newestFirst()) {
      if (waiting) {
        waiting = line === null || !query.cursor?.startsWith(line.time) || cursorOf(line) !== query.cursor
      }
      else if (line === null) {
        unreadable++
      }
      else if (query.since !== undefined && Date.parse(line.time) < Date.parse(query.since)) {
        break
      }
      else if (matchesLog(line, query)) {
        // One more shows that there is a next page.
        if (lines.length === query.limit)
          return { lines, cursor: cursorOf(lines.at(-1) ?? line), unreadable }
        lines.push(line)
      }
    }
    return { lines, cursor: null, unreadable }
  }
  finally {
    await logs.close()
  }
}

function cursorOf(line: LogLine): string {
  return `${line.time}_${createHash('sha256').update(JSON.stringify(line)).digest('hex').slice(0, 12)}`
}
