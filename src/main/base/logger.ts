type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Record<string, string | number | boolean | null>

/**
 * A structured log. Fields are scalars on purpose: this prevents passing a request, a header list
 * or an error object that contains secrets by accident.
 */
export type Logger = Record<LogLevel, (message: string, fields?: LogFields) => void>

/**
 * Creates a logger that passes each line (JSON with time, level and message, without a line end) to
 * `write`.
 */
export function createLogger(write: (line: string, level: LogLevel) => void, now: () => number): Logger {
  const at = (level: LogLevel) => (message: string, fields: LogFields = {}) =>
    write(JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...fields }), level)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
