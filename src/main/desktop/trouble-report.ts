import type { LogLine } from '@shared/server-log'
import { linesWithoutNames } from '../base/log-without-names'
import { withoutAllNames } from '../base/without-names'

/**
 * A text for a report while no server runs, in Markdown. Nobody knows the names of caches then, so
 * of the log no words stay but its own messages.
 *
 * @param log the newest first
 */
export function writeTroubleReport(version: string, log: readonly LogLine[]): string {
  const { electron, node } = process.versions
  return [
    '## Larder diagnostics',
    'The server does not run. Names, addresses, paths and secrets are left out.',
    '',
    `- Larder ${version} under ${electron ? `Electron ${electron}, ` : ''}Node ${node}`,
    `- ${process.platform} ${process.arch}`,
    '',
    ...linesWithoutNames(log, withoutAllNames),
    '',
  ].join('\n')
}
