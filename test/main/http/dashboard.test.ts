import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { renderMetrics } from '../../../src/main/http/metrics'
import { fakeCache, figures } from './metrics-figures'

const docs = join(import.meta.dirname, '../../../docs')
const text = readFileSync(join(docs, 'grafana-dashboard.json'), 'utf8')
const monitoring = readFileSync(join(docs, 'monitoring.md'), 'utf8')

const datasource = z.object({ type: z.literal('prometheus'), uid: z.literal('$' + '{datasource}') })
const gridPos = z.object({
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  w: z.int().min(1).max(24),
  h: z.int().min(1),
})
const title = z.string().min(1)
/** The fields that Grafana 11 and 12 need to import a dashboard (its schema version 39). */
const Dashboard = z.object({
  id: z.null(),
  uid: z.string().regex(/^[\w-]{1,40}$/),
  title,
  schemaVersion: z.literal(39),
  version: z.int(),
  refresh: z.string().regex(/^\d+[smh]$/),
  time: z.object({ from: z.string(), to: z.string() }),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.enum(['datasource', 'query']) })) }),
  annotations: z.object({ list: z.array(z.object({ name: z.string(), type: z.literal('dashboard') })) }),
  panels: z.array(z.discriminatedUnion('type', [
    z.object({ id: z.int().positive(), type: z.literal('row'), title, gridPos, panels: z.array(z.never()) }),
    z.object({
      id: z.int().positive(),
      type: z.enum(['stat', 'timeseries']),
      title,
      gridPos,
      datasource,
      fieldConfig: z.object({ defaults: z.object({ unit: z.string() }), overrides: z.array(z.never()) }),
      options: z.object({}),
      targets: z.array(z.object({ refId: z.string().regex(/^[A-Z]$/), datasource, expr: z.string(), legendFormat: z.string() }))
        .min(1),
    }),
  ])),
})
const dashboard = Dashboard.parse(JSON.parse(text))
const expressions = dashboard.panels.flatMap(panel => panel.type === 'row' ? [] : panel.targets.map(({ expr }) => expr))

/** Every family that a scrape by an administrator has. */
const served = new Map(renderMetrics({
  caches: [fakeCache('products')],
  engine: { enabled: true, budget: 1 },
  process: figures,
}).matchAll(/^# TYPE (\S+) (\S+)$/gm).map(([, name = '', type = '']) => [name, type]))
const metricsIn = (expr: string): string[] => expr.match(/\b(?:larder|process)_\w+/g) ?? []

describe('the dashboard of Grafana', () => {
  // Red: in src/main/http/metrics.ts rename a metric.
  it('asks for nothing but what /metrics serves', () => {
    expect(expressions.length).toBeGreaterThan(20)
    for (const expr of expressions) {
      expect(metricsIn(expr).length, expr).toBeGreaterThan(0)
      expect(metricsIn(expr).filter(name => !served.has(name)), expr).toEqual([])
    }
  })

  it('takes rates of counters, and only of these', () => {
    for (const expr of expressions) {
      const rated = [...expr.matchAll(/rate\(([a-z_]+)/g)].map(([, name = '']) => name)
      expect(metricsIn(expr).filter(name => served.get(name) === 'counter').sort(), expr).toEqual(rated.sort())
    }
  })

  it('shows each part that has to be watched', () => {
    const all = expressions.join('\n')
    for (const name of [
      'larder_hits_total',
      'larder_misses_total',
      'larder_request_duration_seconds',
      'larder_evictions_total',
      'larder_memory_used_bytes',
      'larder_event_loop_delay_seconds',
      'larder_disk_free_bytes',
      'larder_store_up',
      'larder_connection_state',
    ])
      expect(all).toContain(name)
  })

  it('has its brackets closed, and knows each variable', () => {
    const names = new Set(dashboard.templating.list.map(({ name }) => name))
    expect(names.has('datasource')).toBe(true)
    for (const expr of expressions) {
      for (const [open, close] of ['()', '{}', '[]'])
        expect(expr.split(open ?? '').length, expr).toBe(expr.split(close ?? '').length)
    }
    const used = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name)
    expect([...new Set(used)].filter(name => !names.has(name))).toEqual(['__rate_interval'])
  })

  it('has panels that do not overlap, with ids of their own', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + at % w}:${y + Math.floor(at / w)}`))
    expect(new Set(cells).size).toBe(cells.length)
    expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true)
  })
})

// Red: rename a metric in docs/monitoring.md.
it('the document names metrics that are served', () => {
  const named = metricsIn(monitoring)
  expect(named.length).toBeGreaterThan(10)
  expect([...new Set(named)].filter(name => !served.has(name))).toEqual([])
})
