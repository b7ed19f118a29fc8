import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const digits = hex.length === 4 ? hex.replaceAll(/[\da-f]/g, '$&$&') : hex
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(digits.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

const tokens = readFileSync(join(import.meta.dirname, '../../src/renderer/src/styles/tokens.css'), 'utf8')
const colours = new Map(Array.from(tokens.matchAll(
  /--([\w-]+): light-dark\((#[\da-f]+), (#[\da-f]+)\);/g,
), ([, name = '', light = '', dark = '']) =>
  [name, { light, dark }]))
const surfaces = ['ground', 'surface', 'surface-sunken', 'surface-hover']

/** Foreground, background, minimum contrast. */
const pairs: [string, string, number][] = [
  ...[
    'text',
    'text-muted',
    'accent',
    'danger',
  ].flatMap(name => surfaces.map((surface): [string, string, number] => [name, surface, 4.5])),
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-hover', 4.5],
  ['danger', 'danger-surface', 4.5],
  ['warning', 'warning-surface', 4.5],
  ['warning', 'surface', 4.5],
  ...['line-control', 'focus', 'accent'].flatMap(name =>
    ['ground', 'surface'].map((surface): [string, string, number] => [name, surface, 3])),
  ...['code-string', 'code-number', 'code-word'].flatMap(name =>
    ['surface', 'surface-sunken'].map((surface): [string, string, number] => [name, surface, 4.5])),
  // Marks and lines (WCAG 2.2, 1.4.11), also in a row under the pointer.
  ...[
    'outcome-hit',
    'outcome-stale',
    'outcome-miss',
    'outcome-stored',
    'outcome-off',
    'outcome-error',
    'chart',
    'chart-second',
  ].flatMap(name => ['surface', 'surface-hover'].map((surface): [string, string, number] => [name, surface, 3])),
  // The line above an area.
  ...['hit', 'stale', 'stored', 'off', 'error'].map((name): [string, string, number] =>
    [`outcome-${name}`, `outcome-${name}-area`, 2.5]),
  // A row under the pointer can be told from the others, and one that changed.
  ['surface-hover', 'surface', 1.2],
  ['surface-hover', 'ground', 1.1],
  ['accent-surface', 'surface', 1.1],
  ['text', 'accent-surface', 4.5],
  ['text-muted', 'accent-surface', 4.5],
  ['accent', 'accent-surface', 4.5],
  ['knob', 'accent', 3],
  ['knob', 'line-control', 3],
]

// Red: in tokens.css make `--surface-hover` #faf9f7.
describe.each(['light', 'dark'] as const)('colours, %s', (theme) => {
  it.each(pairs)('%s on %s has a contrast of %s or more', (front, back, least) => {
    const pair = [front, back].map(name => colours.get(name)?.[theme] ?? expect.fail(`no token ${name}`))
    expect(contrast(pair[0] ?? '', pair[1] ?? '')).toBeGreaterThanOrEqual(least)
  })

  it('says with each colour one thing: strings and the second line are not those of a verdict', () => {
    const verdicts = ['accent', 'danger', 'warning', ...[...colours.keys()].filter(name => name.startsWith('outcome-'))]
    const taken = verdicts.map(name => colours.get(name)?.[theme])
    expect(['code-string', 'chart-second'].filter(name => taken.includes(colours.get(name)?.[theme]))).toEqual([])
  })
})
