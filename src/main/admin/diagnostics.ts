import type { CacheSettings } from '@shared/cache-settings'
import type { OperationOutput } from '@shared/operations'
import type { LogLine } from '@shared/server-log'
import type { ServerWatch } from '@shared/server-watch'
import type { CacheFigures } from '../serving/ports'
import { initialSettings, settingRows } from '@shared/cache-settings'
import { namesOf } from '@shared/rows'
import { linesWithoutNames } from '../base/log-without-names'
import { createNameRemover } from '../base/without-names'

/** What a report of a fault needs to know of a server. */
interface DiagnosticFacts {
  settings: OperationOutput<'settings.get'>
  /** Bytes; the initial settings. */
  initial: { memory: number, valueLimit: number }
  /** Seconds. */
  uptime: number
  caches: readonly CacheFigures[]
  counts: Readonly<Record<string, number>>
  status: string
  watch: ServerWatch
  drivers: ReadonlyMap<string, string>
  /** The newest first. */
  log: readonly LogLine[]
  /** Names that must not be in it, by what stands for them. */
  names: Readonly<Record<string, readonly string[]>>
}

/** Caches whose settings are told. */
const mostCaches = 50

/**
 * A text for a report of a fault, in Markdown. It has no name of a cache, a user, a key or a
 * connection, no entry, address, path or secret: a person pastes it without reading it.
 */
export function writeDiagnostics(facts: DiagnosticFacts): string {
  const { settings, initial, uptime, caches, counts, status, watch, log } = facts
  const { electron, node } = process.versions
  const changed = [
    ...settings.memory === initial.memory ? [] : [`memory ${settings.memory}`],
    ...settings.valueLimit === initial.valueLimit ? [] : [`largest value ${settings.valueLimit}`],
    ...settings.anonymous.enabled ? [`requests without a key ${settings.anonymous.scopes.join(', ')}`] : [],
    ...settings.vault.wanted === 'auto' ? [] : [`vault ${settings.vault.wanted}`],
  ]
  return [
    '## Larder diagnostics',
    'Names, keys, values, addresses, paths and secrets are left out.',
    '',
    `- Larder ${settings.version} under ${electron ? `Electron ${electron}, ` : ''}Node ${node}`,
    `- ${process.platform} ${process.arch}`,
    `- up for ${Math.round(uptime)} s, ${status}`,
    `- ${Object.entries(counts).map(([what, count]) => `${what} ${count}`).join(', ')}`,
    `- settings that differ: ${changed.join('; ') || 'none'}`,
    `- vault: ${settings.vault.driver} (${settings.vault.state})`,
    ...healthOf(watch),
    '',
    '### Caches',
    ...caches.slice(0, mostCaches).map((cache, at) => `- ${at + 1}: ${describeCache(cache, facts.drivers)}`),
    ...caches.length > mostCaches ? [`- and ${caches.length - mostCaches} more`] : [],
    '',
    ...linesWithoutNames(log, createNameRemover(facts.names)),
    '',
  ].join('\n')
}

function healthOf({ loop, memory, disk, files, stores, connections, troubles }: ServerWatch): string[] {
  const milliseconds = (seconds: number): string => `${(seconds * 1000).toFixed(1)} ms`
  const states = connections.map(({ driver, state }) => `${driver} ${state}`)
  return [
    `- stores: ${Object.entries(stores).map(pair => pair.join(' ')).join(', ')}`,
    `- connections: ${states.join(', ') || 'none'}`,
    `- event loop: p99 ${milliseconds(loop.p99)}, max ${milliseconds(loop.max)}`,
    `- memory: process ${memory.rss} of ${memory.expected}, entries ${memory.used} of ${memory.budget}`,
    `- disk: ${disk ? `${disk.free} of ${disk.size} free` : 'unknown'}`,
    `- files: ${files ? `databases ${files.databases}, log ${files.log}` : 'unknown'}`,
    `- wrong: ${troubles.map(({ part }) => part).join(', ') || 'nothing'}`,
  ]
}

function describeCache({ size, bytes, definition }: CacheFigures, drivers: ReadonlyMap<string, string>): string {
  const settings = namesOf(settingRows)
    .filter(name => JSON.stringify(definition[name]) !== JSON.stringify(initialSettings[name]))
    .map(name => `${name} ${describeSetting(name, definition, drivers)}`)
  return [`entries ${size}, bytes ${bytes}`, ...definition.enabled ? [] : ['off'], ...settings].join('; ')
}

/** Of a setting of several parts no more than the driver of its connection. */
function describeSetting(
  name: keyof CacheSettings,
  { [name]: value }: CacheSettings,
  drivers: ReadonlyMap<string, string>,
): string {
  if (typeof value !== 'object' || value === null)
    return String(value)
  return 'connection' in value ? drivers.get(value.connection) ?? 'unknown' : 'set'
}
