import type { MetricsInput } from '../../../src/main/http/metrics'
import type { ServerWatch } from '../../../src/shared/server-watch'
import { describe, expect, it } from 'vitest'
import { renderMetrics } from '../../../src/main/http/metrics'
import { goodWatch } from '../../helpers/server-watch'
import { fakeCache, figures, statistics } from './metrics-figures'

function render(change: Partial<MetricsInput> = {}) {
  return parseExposition(renderMetrics({
    caches: [fakeCache('products'), fakeCache('users', { enabled: false })],
    engine: { enabled: true, budget: 268_435_456 },
    process: figures,
    ...change,
  }))
}

describe('renderMetrics', () => {
  it('says every figure of every cache', () => {
    const { value } = render()
    const products = { cache: 'products' }
    expect(value('larder_entries', products)).toBe(3)
    expect(value('larder_bytes', products)).toBe(4096)
    expect(value('larder_hits_total', products)).toBe(12)
    expect(value('larder_stale_hits_total', products)).toBe(2)
    expect(value('larder_sets_total', products)).toBe(7)
    expect(value('larder_deletes_total', products)).toBe(8)
    expect(value('larder_evictions_total', products)).toBe(9)
    expect(value('larder_expirations_total', products)).toBe(10)
    for (const [reason, count] of Object.entries(statistics.misses))
      expect(value('larder_misses_total', { ...products, reason }), reason).toBe(count)
    expect(value('larder_cache_enabled', products)).toBe(1)
    expect(value('larder_cache_enabled', { cache: 'users' })).toBe(0)
  })

  it('says latency as a summary in seconds', () => {
    const { value, types } = render()
    expect(types.get('larder_request_duration_seconds')).toBe('summary')
    expect(value('larder_request_duration_seconds', { cache: 'products', quantile: '0.5' })).toBe(0.00004)
    expect(value('larder_request_duration_seconds', { cache: 'products', quantile: '0.9' })).toBe(0.00025)
    expect(value('larder_request_duration_seconds', { cache: 'products', quantile: '0.99' })).toBe(1.5)
    expect(value('larder_request_duration_seconds_count', { cache: 'products' })).toBe(1000)
  })

  it('says NaN for the quantiles of nothing', () => {
    const { value } = render({
      caches: [fakeCache('new', { statistics: { latency: { count: 0, p50: 0, p90: 0, p99: 0, max: 0 } } })],
    })
    expect(value('larder_request_duration_seconds', { cache: 'new', quantile: '0.99' })).toBeNaN()
    expect(value('larder_request_duration_seconds_count', { cache: 'new' })).toBe(0)
  })

  it('says what concerns the server', () => {
    const { value } = render()
    expect(value('larder_memory_budget_bytes')).toBe(268_435_456)
    expect(value('larder_switch')).toBe(1)
    expect(value('larder_event_streams')).toBe(3)
    expect(render({ engine: { enabled: false, budget: 1 } }).value('larder_switch')).toBe(0)
    expect(value('larder_event_loop_delay_seconds', { quantile: '0.5' })).toBe(0.0001)
    expect(value('larder_event_loop_delay_seconds', { quantile: '0.99' })).toBe(0.004)
    expect(value('larder_event_loop_delay_seconds', { quantile: '1' })).toBe(0.02)
    expect(value('process_resident_memory_bytes')).toBe(90_000_000)
    expect(value('process_cpu_seconds_total')).toBe(1.25)
    expect(value('process_uptime_seconds')).toBe(12.5)
  })

  it('leaves out the families that have no cache to speak of', () => {
    const { types } = render({ caches: [] })
    expect([...types.keys()]).toEqual([
      'larder_memory_budget_bytes',
      'larder_switch',
      'larder_in_flight_bytes',
      'larder_in_flight_budget_bytes',
      'larder_event_streams',
      'larder_connection_state',
      'larder_source_loads_total',
      'larder_source_failures_total',
      'larder_source_resting',
      'larder_source_call_seconds',
      'larder_event_loop_delay_seconds',
      'larder_memory_used_bytes',
      'larder_memory_expected_bytes',
      'larder_disk_free_bytes',
      'larder_disk_size_bytes',
      'larder_database_bytes',
      'larder_log_bytes',
      'larder_store_up',
      'larder_trouble',
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'process_uptime_seconds',
    ])
  })

  it('has what the watchdog looks at', () => {
    const watch: ServerWatch = {
      ...goodWatch,
      disk: null,
      stores: { metadata: 'ok', entries: 'failing' },
      troubles: [{ part: 'stores', severe: true, sentence: 'It fails.' }],
    }
    const well = render()
    expect(well.value('larder_disk_free_bytes')).toBe(40e9)
    expect(well.value('larder_trouble', { part: 'stores' })).toBe(0)
    const ill = render({ process: { ...figures, watch } })
    expect(ill.types.has('larder_disk_free_bytes')).toBe(false)
    expect(ill.value('larder_store_up', { store: 'entries' })).toBe(0)
    expect(ill.value('larder_store_up', { store: 'metadata' })).toBe(1)
    expect(ill.value('larder_trouble', { part: 'stores' })).toBe(1)
    expect(ill.value('larder_trouble', { part: 'disk' })).toBe(0)
  })

  it('names counters with _total, everything else without', () => {
    for (const [name, type] of render().types)
      expect(name.endsWith('_total'), name).toBe(type === 'counter')
  })

  it('keeps any name of a cache in its label', () => {
    const names = ['a"b', 'a\\b', 'a\nb', 'a\\nb', '"} 1\nlarder_switch 0\n#', '__proto__', 'ü🍐', '']
    const { value } = render({ caches: names.map(name => fakeCache(name)) })
    for (const cache of names)
      expect(value('larder_entries', { cache }), JSON.stringify(cache)).toBe(3)
    expect(value('larder_switch')).toBe(1)
  })

  it('leaves out the process where it does not concern the caller', () => {
    const text = renderMetrics({ caches: [fakeCache('products')], engine: { enabled: true, budget: 1 }, process: null })
    expect(text).toContain('larder_hits_total{cache="products"}')
    expect(text).not.toMatch(/process_|event_loop/)
  })

  it('writes numbers as the format does', () => {
    const number = (uptimeSeconds: number) =>
      render({ process: { ...figures, uptimeSeconds } }).value('process_uptime_seconds')
    for (const wanted of [
      0,
      1e21,
      1e-7,
      Number.MAX_SAFE_INTEGER,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ])
      expect(number(wanted)).toBe(wanted)
  })
})

describe('the parser of this test', () => {
  it.each([
    ['a sample without a family', 'a 1\n'],
    ['a family twice', '# HELP a b\n# TYPE a gauge\na 1\n# HELP a b\n# TYPE a gauge\n'],
    ['a series twice', '# HELP a b\n# TYPE a gauge\na{x="1"} 1\na{x="1"} 2\n'],
    ['a raw quote in a label', '# HELP a b\n# TYPE a gauge\na{x="""} 1\n'],
    ['an unknown escape', '# HELP a b\n# TYPE a gauge\na{x="\\t"} 1\n'],
    ['a number that is none', '# HELP a b\n# TYPE a gauge\na Infinity\n'],
    ['no line end at the end', '# HELP a b\n# TYPE a gauge\na 1'],
    ['a type without help', '# TYPE a gauge\na 1\n'],
  ])('refuses %s', (_, text) => {
    expect(() => parseExposition(text)).toThrow()
  })
})

/**
 * Parses the text exposition format 0.0.4 strictly: help, type, then the samples of that family,
 * each of them only once.
 */
function parseExposition(text: string) {
  const types = new Map<string, string>()
  const series = new Map<string, number>()
  if (!text.endsWith('\n'))
    throw new Error('The last line has no end')
  let helped = ''
  let family = ''
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-z_]\w*) (.+)$/.exec(line)
    if (comment) {
      const [, keyword, name = '', rest = ''] = comment
      if (keyword === 'HELP') {
        helped = name
        continue
      }
      if (helped !== name || types.has(name) || !['counter', 'gauge', 'summary'].includes(rest))
        throw new Error(`Bad family: ${line}`)
      types.set(family = name, rest)
      continue
    }
    const sample = /^([a-z_]\w*)(?:\{((?:[a-z_]\w*="(?:[^"\\]|\\[\\"n])*"(?:,(?=[a-z])|(?=\})))+)\})? (NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/.exec(
      line,
    )
    if (!sample)
      throw new Error(`Bad line: ${line}`)
    const [, name = '', labels = '', number = ''] = sample
    const suffixes = types.get(family) === 'summary' ? ['', '_count', '_sum'] : ['']
    if (!suffixes.some(suffix => name === family + suffix))
      throw new Error(`Not of the family ${family}: ${line}`)
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, value = '']): [string, string] =>
      [label ?? '', value.replaceAll(/\\(.)/g, (_, escaped: string) => escaped === 'n' ? '\n' : escaped)])
    const id = seriesId(name, pairs)
    if (series.has(id))
      throw new Error(`Twice: ${line}`)
    series.set(id, Number(number.replace('Inf', 'Infinity')))
  }
  return {
    types,
    value: (name: string, labels: Record<string, string> = {}) => series.get(seriesId(name, Object.entries(labels))),
  }
}

function seriesId(name: string, labels: [string, string][]): string {
  return JSON.stringify([name, ...labels.sort(([a], [b]) => a < b ? -1 : 1)])
}
