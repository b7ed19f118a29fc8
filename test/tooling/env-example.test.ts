import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { connectionVariable, options } from '../../src/main/cli/options'

it('.env.example lists every variable with its default', () => {
  const example = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8')
  const listed = [...example.matchAll(/^# (LARDER_\w+)=(.*)$/gm)].map(([, variable, value]) => [variable, value])
  const all = [...Object.values(options), connectionVariable]
  expect(listed).toEqual(all.map(option => [option.variable, option.default ?? '']))
})

it('.env.example sets nothing by itself and says something about each variable', () => {
  const blocks = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8').trim().split('\n\n')
  for (const block of blocks) {
    expect(block.split('\n').every(line => line.startsWith('# '))).toBe(true)
    expect(block).toMatch(/^# (?!LARDER_\w+=)/)
  }
})
