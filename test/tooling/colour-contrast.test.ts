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
  ['knob', 'accent', 3],
  ['knob', 'line-control', 3],
]

describe.each(['light', 'dark'] as const)('colours, %s', (theme) => {
  it.each(pairs)('%s on %s has a contrast of %s or more', (front, back, least) => {
    const pair = [front, back].map(name => colours.get(name)?.[theme] ?? expect.fail(`no token ${name}`))
    expect(contrast(pair[0] ?? '', pair[1] ?? '')).toBeGreaterThanOrEqual(least)
  })
})
