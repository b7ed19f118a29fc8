import { z } from 'zod'
import { grouped } from './grouped'
import { IsoMoment } from './moment'
import './without-eval'

/** From what is said to nobody but a developer of Larder, to what needs somebody at once. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const
/** Who writes: the server, and the desktop app around it. Each has a file of its own. */
export const logSources = ['server', 'desktop'] as const
export type LogSource = typeof logSources[number]

const LogLevel = z.enum(logLevels)
const logTextLimit = 200

export const LogLine = z.strictObject({
  time: IsoMoment,
  level: LogLevel,
  source: z.enum(logSources),
  message: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .meta({ description: 'What else the line says, such as error or connection. Secrets are hidden.' }),
})
export type LogLine = z.output<typeof LogLine>

export const LogQuery = z.strictObject({
  level: LogLevel.default('debug').meta({ description: 'Only lines of this level and above.' }),
  text: z.string()
    .max(logTextLimit, `must be at most ${grouped(logTextLimit)} characters`)
    .default('')
    .meta({ description: 'Only lines that hold this text in the message or a field, in capitals or not.' }),
  since: IsoMoment.optional().meta({ description: 'Only lines of this time and later.' }),
  limit: z.int().min(1, 'must be 1 or more').max(1000, 'must be at most 1,000').default(100),
  cursor: z.string()
    .regex(/^\d{4}-[\d:.TZ-]{8,28}_[0-9a-f]{12}$/, 'must be the cursor of a page before')
    .optional()
    .meta({ description: 'Of the page before: goes on with older lines.' }),
})
export type LogQuery = z.output<typeof LogQuery>

export const LogPage = z.strictObject({
  lines: z.array(LogLine).meta({ description: 'Newest first.' }),
  cursor: z.string().nullable().meta({ description: 'For the next page; null: there are no older lines.' }),
  unreadable: z.int().meta({ description: 'Lines that are none of Larder\'s, such as half of one after a full disk.' }),
})
export type LogPage = z.output<typeof LogPage>

export const Diagnostics = z.strictObject({
  text: z.string().meta({ description: 'Markdown. Without names, keys, values, addresses, paths and secrets.' }),
})

/** Whether a line is of this level or above, and holds the text. */
export function matchesLog(line: LogLine, { level, text }: Pick<LogQuery, 'level' | 'text'>): boolean {
  if (logLevels.indexOf(line.level) < logLevels.indexOf(level))
    return false
  const wanted = text.toLowerCase()
  return wanted === ''
    || [line.message, ...Object.entries(line.fields).flat()].some(part => String(part).toLowerCase().includes(wanted))
}

/** Undefined for text that is no line of the log. */
export function readLogLine(text: string, source: LogSource): LogLine | undefined {
  try {
    const { time, level, message, ...fields } = JSON.parse(text) as Record<string, unknown>
    return LogLine.safeParse({ time, level, message, source, fields }).data
  }
  catch {
    return undefined
  }
}
