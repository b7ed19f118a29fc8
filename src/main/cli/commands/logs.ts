import type { LogLine } from '@shared/server-log'
import type { LogReader } from '../../base/log-reader'
import type { Output } from '../output'
import { messageOf } from '@shared/errors'
import { counted } from '@shared/grouped'
import { isoTime } from '@shared/moment'
import { logLevels, matchesLog } from '@shared/server-log'
import { defineCommand, flag } from '../command'
import { localFailure } from '../failure'
import { boolean, duration, oneOf, text, wholeNumber } from '../values'

/** Lines that are shown unless the person asks for more. */
const defaultLimit = 100
const colours = { debug: 'dim', info: undefined, warn: 'yellow', error: 'red' } as const

/** The time as the clock on the wall shows it, with the date: a log goes back for weeks. */
function localTime(time: string): string {
  const date = new Date(time)
  return isoTime(date.getTime() - date.getTimezoneOffset() * 60_000).replace('T', ' ').slice(0, -1)
}

function write({ time, level, source, message, fields }: LogLine): string {
  const details = Object.entries(fields).map(([name, value]) =>
    `  ${name}=${typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value)}`)
  const from = source === 'server' ? '' : `${source}: `
  return `${localTime(time)}  ${level.padEnd(5)}  ${from}${message}${details.join('')}`
}

interface Wanted { level: LogLine['level'], text: string, since: string }

/** Prints the last lines that are wanted, the oldest first. */
async function printLast(logs: LogReader, wanted: Wanted, limit: number, output: Output): Promise<void> {
  const lines: LogLine[] = []
  let unreadable = 0
  for await (const line of logs.newestFirst()) {
    if (lines.length === limit || (line !== null && line.time < wanted.since))
      break
    if (line === null)
      unreadable++
    else if (matchesLog(line, wanted))
      lines.push(line)
  }
  await output.lines(lines.reverse(), write, ({ level }) => colours[level])
  if (unreadable > 0)
    await output.warning(`${counted(unreadable, 'line', 'lines')} of the log cannot be read.`)
}

const logs = defineCommand({
  name: 'logs',
  summary: 'Show the log of the server and of the desktop app.',
  details: [
    'Reads the files in the data folder, so no server has to run. A line has the time, the level, what happened and its details. '
    + 'With --json each line is a JSON object on a line of its own. Secrets are hidden before a line is written.',
    'For the log of a server elsewhere: larder --url … call logs.list.',
  ],
  flags: {
    follow: flag(null, 'Go on with new lines until Ctrl-C.', boolean),
    level: flag('<level>', `Only lines of this level and above: ${logLevels.join(', ')}.`, oneOf(...logLevels)),
    since: flag('<time>', 'Only lines of this last time, such as 10m.', duration),
    text: flag('<text>', 'Only lines that hold this text.', text),
    limit: flag(
      '<number>',
      `The last lines to show; by default ${defaultLimit}, with --since all.`,
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    ),
  },
  examples: ['larder logs', 'larder logs --follow --level warn', 'larder logs --since 10m --json'],
  async run({ flags: { follow, level = 'debug', since, text: held = '', limit } }, context) {
    const { openLogs, home, output, io, clock } = context
    const wanted = { level, text: held, since: since === undefined ? '' : isoTime(clock.wall() - since * 1000) }
    const stop = follow ? io.stopSignal() : null
    const reader = await openLogs(home()).catch((error: unknown) => {
      throw localFailure(messageOf(error), error)
    })
    try {
      await printLast(reader, wanted, limit ?? (since === undefined ? defaultLimit : Infinity), output)
      for await (const lines of stop ? reader.appended(stop) : [])
        await output.lines(lines.filter(line => matchesLog(line, wanted)), write, line => colours[line.level])
    }
    finally {
      await reader.close()
    }
  },
})

const diagnostics = defineCommand({
  name: 'diagnostics',
  summary: 'Print a text for a report of a fault.',
  details: [
    'It has versions, settings that differ, health and the last warnings and errors, and no name, key, value, address, path '
    + 'or secret. Only administrators may ask for it.',
  ],
  examples: ['larder diagnostics', 'larder diagnostics > report.md'],
  async run(_, { client, output }) {
    const found = await client.call('diagnostics.get', {})
    await output.show(found, () => found.text.trimEnd())
  },
})

export const logCommands = [logs, diagnostics]
