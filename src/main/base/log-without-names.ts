import type { LogLine } from '@shared/server-log'
import type { NameRemover } from './without-names'
import { createRedactor } from './redaction'

/** Lines of the log as a part of a report, in Markdown. */
export function linesWithoutNames(lines: readonly LogLine[], names: NameRemover): string[] {
  return [
    '### Warnings and errors, the newest first',
    '```',
    ...lines.map(line => describe(line, names)),
    '```',
  ]
}

function describe(line: LogLine, { message: say, text, stack }: NameRemover): string {
  const { time, level, source, message, fields } = line
  // A line may be older than what the log hides.
  const { redact } = createRedactor()
  const details = Object.entries(fields).map(([name, value]) => {
    const shown = typeof value !== 'string' ? value : name === 'stack' ? stack(redact(value)) : text(redact(value))
    return `${/^[a-z]{1,20}$/i.test(name) ? name : '…'}=${shown}`
  })
  // None may end the block that it stands in.
  return [time, level, source, say(redact(message)), ...details].join('  ').replaceAll('```', '…')
}
