import type { PaletteCommand } from '../../../src/renderer/src/palette/commands'
import { describe, expect, it } from 'vitest'
import { markMatches, readEntryQuestion, searchCommands } from '../../../src/renderer/src/palette/search'

function command(group: PaletteCommand['group'], title: string, more: Partial<PaletteCommand> = {}): PaletteCommand {
  return { id: title, title, icon: {}, group, run: () => {}, ...more }
}
const commands = [
  command('Caches', 'Open default'),
  command('Caches', 'Delete products…', { short: 'Delete' }),
  command('Actions', 'New cache…'),
  command('Actions', 'Renew nothing'),
  command('Actions', 'Theme: Dark'),
  command('API', 'Metrics in the text format', { detail: 'GET /metrics' }),
]

describe('search', () => {
  it.each<[string, string]>([
    ['new', 'New cache…'],
    ['DELETE prod', 'Delete products…'],
    ['prod off', ''],
    ['theme dark', 'Theme: Dark'],
    ['/metrics', 'Metrics in the text format'],
    ['(', ''],
    ['__proto__', ''],
  ])('%s → %s', (search, first) => expect(searchCommands(commands, search)[0]?.title ?? '').toBe(first))

  it('finds without words all in their order, but what is at the right of another line', () => {
    expect(searchCommands(commands, '  ')).toEqual(commands.filter(({ short }) => short === undefined))
  })

  // Red: in src/renderer/src/palette/search.ts let `at` be `text.indexOf(word)`.
  it.each([
    ['Open products', 'prod', 'Open [prod]ucts'],
    ['Open products', 'PRO op', '[Op]en [pro]ducts'],
    ['Renew a new one', 'new', 'Renew a [new] one'],
    ['Renewal', 'new', 'Re[new]al'],
    ['Open products', 'get', 'Open products'],
    ['İstanbul', 'stan', 'İstanbul'],
    ['Open', '', 'Open'],
  ])('marks in %s of %s: %s', (title, search, marked) => {
    expect(markMatches(title, search).map(({ text, hit }) => hit ? `[${text}]` : text).join('')).toBe(marked)
  })

  it.each<[string, [string, string] | null]>([
    ['products user:12', ['products', 'user:12']],
    ['products ', ['products', '']],
    ['  Products a b ', ['products', 'a b ']],
    ['products', null],
    ['product user:12', null],
    ['', null],
  ])('reads %j as a question', (search, question) => {
    const read = readEntryQuestion(search, ['default', 'products'])
    expect(read && [read.cache, read.prefix]).toEqual(question)
  })
})
