import type { Redactor } from './redaction'
import { createRedactor, hidden } from './redaction'

type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Record<string, string | number | boolean | null>

/**
 * A structured log. Fields are scalars on purpose: this prevents passing a request, a header list
 * or an error object that contains secrets by accident.
 */
export type Logger = Record<LogLevel, (message: string, fields?: LogFields) => void>

/** Characters of one text in a line, so that a line costs little whatever an error quotes. */
const longest = 8000
/** Names of fields whose value is a secret whatever its form. */
const secretFields = new Set(['apikey', 'authorization', 'cookie', 'password', 'secret', 'token'])

/**
 * Creates a logger that passes each line (JSON with time, level and message, without a line end) to
 * `write`. What the redactor takes for a secret does not get into the line.
 */
export function createLogger(
  write: (line: string, level: LogLevel) => void,
  now: () => number,
  { redact }: Pick<Redactor, 'redact'> = createRedactor(),
): Logger {
  const clean = (text: string): string => redact(text.length > longest ? cut(text) : text)

  function cleanFields(fields: LogFields): LogFields {
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [
      name,
      typeof value !== 'string' ? value : secretFields.has(name.toLowerCase()) ? hidden : clean(value),
    ]))
  }

  const at = (level: LogLevel) => (message: string, fields: LogFields = {}) => write(JSON.stringify({
    time: new Date(now()).toISOString(),
    level,
    message: clean(message),
    ...cleanFields(fields),
  }), level)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Without its last word, which could be half of a secret that nobody knows any more. */
function cut(text: string): string {
  return `${text.slice(0, longest).replace(/\S{1,200}$/, '')}… (cut)`
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
