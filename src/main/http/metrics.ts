import type { ServerWatch } from '@shared/server-watch'
import type { ConnectionCondition } from '../base/connection-pool'
import type { EventLoopDelay } from '../base/event-loop-delay'
import type { InFlight } from '../base/in-flight'
import type { ServedCaches } from '../serving/caches'
import type { Breaker } from '../serving/elsewhere/breaker'
import type { CallMeter } from '../serving/elsewhere/meter'
import type { CacheFigures, Statistics } from '../serving/ports'
import type { StreamPlaces } from './stream-places'
import { connectionStates } from '@shared/connections/states'
import { missReasonNames } from '@shared/miss-reasons'
import { watchedParts } from '@shared/server-watch'

export interface MetricsInput {
  /** The caches that the caller may see. They belong to one user, so that names are unique. */
  caches: readonly CacheFigures[]
  engine: Pick<ServedCaches, 'enabled' | 'budget'>
  /** Null for callers that may not see figures of the whole server. */
  process: ProcessFigures | null
}

/** Figures of the process and the machine. */
export interface ProcessFigures {
  uptimeSeconds: number
  /** User and system time together. */
  cpuSeconds: number
  inFlight: Pick<InFlight, 'bytes' | 'budget'>
  eventStreams: Pick<StreamPlaces, 'open'>
  eventLoop: EventLoopDelay
  connections: readonly ConnectionFigures[]
  watch: ServerWatch
}

interface ConnectionFigures {
  name: string
  driver: string
  condition: Pick<ConnectionCondition, 'state'>
  calls: Pick<CallMeter, 'recent' | 'total'>
  breaker: Pick<Breaker, 'state'>
}

interface Sample {
  /** Appended to the family's name, such as `_count` of a summary. */
  suffix?: string
  labels?: Readonly<Record<string, string>>
  value: number
}
interface Family {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'summary'
  samples: Sample[]
}

/**
 * Renders statistics in the Prometheus text exposition format 0.0.4, in base units. Names of
 * counters since the start end in `_total`.
 */
export function renderMetrics({ caches, engine, process }: MetricsInput): string {
  const families: Family[] = [
    ...cacheFamilies(caches),
    single('larder_memory_budget_bytes', 'gauge', 'Budget for all entries and their overhead.', engine.budget),
    single(
      'larder_switch',
      'gauge',
      '1 while caching is on, 0 while the global switch is off.',
      Number(engine.enabled),
    ),
    ...(process ? processFamilies(process) : []),
  ]
  return families.map(renderFamily).join('')
}

function processFamilies(figures: ProcessFigures): Family[] {
  const { uptimeSeconds, cpuSeconds, inFlight, eventStreams, eventLoop, connections, watch } = figures
  const { p50, p99, max } = eventLoop
  const held = 'Bytes that requests hold: read in, built, or waiting to be sent.'
  return [
    single('larder_in_flight_bytes', 'gauge', held, inFlight.bytes),
    single('larder_in_flight_budget_bytes', 'gauge', 'Budget for the bytes that requests hold.', inFlight.budget),
    single('larder_event_streams', 'gauge', 'Event streams that are open.', eventStreams.open),
    {
      name: 'larder_connection_state',
      type: 'gauge',
      help: '1 for the state that a connection is in, 0 for the others.',
      samples: connections.flatMap(({ name, driver, condition }) => connectionStates.map(state =>
        ({ labels: { connection: name, driver, state }, value: Number(condition.state === state) }))),
    },
    ...sourceFamilies(connections),
    {
      name: 'larder_event_loop_delay_seconds',
      type: 'summary',
      help: 'How late the event loop was since the last scrape.',
      samples: [
        { labels: { quantile: '0.5' }, value: p50 },
        { labels: { quantile: '0.99' }, value: p99 },
        { labels: { quantile: '1' }, value: max },
      ],
    },
    ...watchFamilies(watch),
    single('process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', watch.memory.rss),
    single('process_cpu_seconds_total', 'counter', 'Total user and system CPU time spent in seconds.', cpuSeconds),
    single('process_uptime_seconds', 'gauge', 'Seconds since the server started.', uptimeSeconds),
  ]
}

/** What the watchdog looks at, and what it found. */
function watchFamilies({ memory, disk, files, stores, troubles }: ServerWatch): Family[] {
  const expected = 'Resident memory that the process should not exceed with its budget.'
  return [
    single('larder_memory_used_bytes', 'gauge', 'Bytes of all entries and their overhead.', memory.used),
    single('larder_memory_expected_bytes', 'gauge', expected, memory.expected),
    ...disk === null
      ? []
      : [
          single('larder_disk_free_bytes', 'gauge', 'Bytes left on the disk of the data folder.', disk.free),
          single('larder_disk_size_bytes', 'gauge', 'Bytes of the disk of the data folder.', disk.size),
        ],
    ...files === null
      ? []
      : [
          single('larder_database_bytes', 'gauge', 'Bytes of the databases with their logs.', files.databases),
          single('larder_log_bytes', 'gauge', 'Bytes of the log.', files.log),
        ],
    {
      name: 'larder_store_up',
      type: 'gauge',
      help: '1 while a store can be written, 0 while it cannot.',
      samples: Object.entries(stores).map(([store, state]) => ({ labels: { store }, value: Number(state === 'ok') })),
    },
    {
      name: 'larder_trouble',
      type: 'gauge',
      help: '1 while a threshold of this part is crossed.',
      samples: watchedParts.map(part =>
        ({ labels: { part }, value: Number(troubles.some(trouble => trouble.part === part)) })),
    },
  ]
}

function sourceFamilies(connections: readonly ConnectionFigures[]): Family[] {
  const rows = connections.map(({ name, ...figures }) => ({ labels: { connection: name }, ...figures }))
  const each = (name: string, type: Family['type'], help: string, pick: (row: typeof rows[number]) => number): Family =>
    ({ name, type, help, samples: rows.map(row => ({ labels: row.labels, value: pick(row) })) })
  return [
    each('larder_source_loads_total', 'counter', 'Values asked of a source.', ({ calls }) => calls.total.loads),
    each('larder_source_failures_total', 'counter', 'Calls of a source that failed.', ({ calls }) =>
      calls.total.failures),
    each('larder_source_resting', 'gauge', '1 while calls rest because several failed in a row.', ({ breaker }) =>
      Number(breaker.state === 'open')),
    {
      name: 'larder_source_call_seconds',
      type: 'summary',
      help: 'How long calls of a source took, in the last 12 to 15 minutes.',
      samples: rows.flatMap(({ labels, calls }) => {
        const { p50, p99 } = calls.recent()
        const quantile = (quantile: string, time: number | null): Sample =>
          ({ labels: { ...labels, quantile }, value: time === null ? Number.NaN : time / 1000 })
        return [quantile('0.5', p50), quantile('0.99', p99)]
      }),
    },
  ]
}

function cacheFamilies(caches: readonly CacheFigures[]): Family[] {
  const rows = caches.map(cache =>
    ({ cache, labels: { cache: cache.definition.name }, statistics: cache.statistics() }))
  const perCache = (
    name: string,
    type: Family['type'],
    help: string,
    pick: (cache: CacheFigures, statistics: Statistics) => number,
  ): Family =>
    ({
      name,
      type,
      help,
      samples: rows.map(({ cache, labels, statistics }) => ({ labels, value: pick(cache, statistics) })),
    })

  return [
    perCache('larder_entries', 'gauge', 'Entries held.', cache => cache.size),
    perCache('larder_bytes', 'gauge', 'Bytes held: keys, values, tags and overhead.', cache => cache.bytes),
    perCache('larder_cache_enabled', 'gauge', '1 while the cache is on, 0 while its own switch is off.', cache =>
      Number(cache.definition.enabled)),
    perCache('larder_hits_total', 'counter', 'Reads that found an entry, stale ones included.', (_, statistics) =>
      statistics.hits),
    perCache('larder_stale_hits_total', 'counter', 'Reads that were served a stale entry.', (_, statistics) =>
      statistics.staleHits),
    {
      name: 'larder_misses_total',
      type: 'counter',
      help: 'Reads that found nothing, by reason.',
      samples: rows.flatMap(({ labels, statistics }) =>
        missReasonNames.map(reason => ({ labels: { ...labels, reason }, value: statistics.misses[reason] }))),
    },
    perCache('larder_sets_total', 'counter', 'Entries stored.', (_, statistics) => statistics.sets),
    perCache('larder_deletes_total', 'counter', 'Entries deleted.', (_, statistics) => statistics.deletes),
    perCache('larder_evictions_total', 'counter', 'Entries evicted because a limit was reached.', (_, statistics) =>
      statistics.evictions),
    perCache('larder_expirations_total', 'counter', 'Entries removed because they had expired.', (_, statistics) =>
      statistics.expirations),
    {
      name: 'larder_request_duration_seconds',
      type: 'summary',
      help: 'Latency of requests.',
      samples: rows.flatMap(({ labels, statistics }) => latencySamples(labels, statistics.latency)),
    },
  ]
}

/**
 * Engine percentiles (microseconds) as a summary in seconds. By the convention of the format, the
 * quantiles of an empty summary are NaN.
 */
function latencySamples(labels: Record<string, string>, { count, p50, p90, p99 }: Statistics['latency']): Sample[] {
  const quantile = (quantile: string, microseconds: number): Sample =>
    ({ labels: { ...labels, quantile }, value: count === 0 ? Number.NaN : microseconds / 1e6 })
  return [quantile('0.5', p50), quantile('0.9', p90), quantile('0.99', p99), { suffix: '_count', labels, value: count }]
}

function single(name: string, type: Family['type'], help: string, value: number): Family {
  return { name, type, help, samples: [{ value }] }
}

function renderFamily({ name, help, type, samples }: Family): string {
  if (samples.length === 0)
    return ''
  const lines = samples.map(({ suffix = '', labels = {}, value }) =>
    `${name}${suffix}${renderLabels(labels)} ${renderNumber(value)}\n`)
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** The format writes infinities as Go does. */
function renderNumber(value: number): string {
  return String(value).replace('Infinity', value > 0 ? '+Inf' : 'Inf')
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}
