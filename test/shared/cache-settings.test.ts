import { describe, expect, it } from 'vitest'
import { cacheSettingNames, initialSettings, settingRows, settingSchemas } from '../../src/shared/cache-settings'
import { CacheCreate, CacheUpdate } from '../../src/shared/schemas'
import { SourceInput } from '../../src/shared/source-settings'
import { parseInput } from '../../src/shared/validation'

describe.each(cacheSettingNames)('the setting %s', (name) => {
  const row = settingRows[name]

  it('has an initial value that its schema takes', () => {
    expect(row.schema.parse(row.initial)).toEqual(row.initial)
  })

  it('takes exactly what its kind says', () => {
    const takes = (value: unknown): boolean => row.schema.safeParse(value).success
    const number = row.kind === 'time' || row.kind === 'count' || row.kind === 'bytes'
    expect([takes(true), takes(false)]).toEqual(row.kind === 'switch' ? [true, true] : [false, false])
    const nullable = number || 'none' in row || ['source', 'backend', 'gateway'].includes(row.kind)
    expect([takes(null), takes(1), takes(-1), takes(Number.NaN)]).toEqual([nullable, number, false, false])
    const choices = row.kind === 'choice' ? Object.keys(row.choices) : []
    expect([...choices, '', 'toString'].filter(takes)).toEqual(choices)
  })

  it('is described to the API, and reads as a sentence that the faces go on with', () => {
    expect(settingSchemas[name].description).toMatch(/^[A-Z].*[^.]\.$/)
    expect([row.hint, row.label]).toEqual([expect.stringMatching(/^[A-Z].*[^.]$/), expect.stringMatching(/^[A-Z]/)])
    if (row.change !== undefined)
      expect(row.change).toMatch(/^[A-Z].*\.$/)
  })
})

// Red: in src/shared/source-settings.ts make SourceSettings of `described`.
it('a source that an older Larder has stored has the settings that came later', () => {
  const { refresh: _, ...old } = SourceInput.parse({ connection: 'main' })
  expect(settingRows.source.schema.parse(old)).toEqual({ ...old, refresh: null })
})

it.each([
  [{ every: 300 }, { every: 300 }],
  [{ every: '5m' }, { every: 300 }],
  [null, null],
  [{ every: 0.5 }, 'refresh.every: must be from 1 to 604,800 seconds'],
  [{ every: '8d' }, 'refresh.every: must be from 1 to 604,800 seconds'],
  [{ every: null }, 'refresh.every: must be from 1 to 604,800 seconds'],
  [{}, 'refresh.every'],
  [{ every: 300, what: 'source' }, 'unknown field'],
])('a source is refreshed: %j', (refresh, expected) => {
  const read = (): unknown => parseInput(SourceInput, { connection: 'main', refresh })
  if (typeof expected === 'string')
    expect(read).toThrow(expected)
  else
    expect(read()).toMatchObject({ refresh: expected })
})

it.each([
  [{ softTimeout: 6 }, false],
  [{ softTimeout: '6s', hardTimeout: '1s' }, false],
  [{ hardTimeout: 0.1 }, false],
  [{ softTimeout: 5 }, true],
  [{ softTimeout: '1s', hardTimeout: '1s' }, true],
])('a reader of a source waits no longer than its call may take: %j', (times, isTaken) => {
  const read = (): unknown => parseInput(SourceInput, { connection: 'main', ...times })
  if (isTaken)
    expect(read()).toMatchObject({ connection: 'main' })
  else
    expect(read).toThrow('softTimeout: must be at most the hard timeout, when the call ends')
})

// Red: in src/shared/entries.ts make SettableMediaType a ContentType.
it.each([
  ['application/json', true],
  ['text/csv; charset=utf-8', true],
  ['nope nope', false],
  ['text/', false],
])('the values of a source have a media type: %s', (format, isTaken) =>
  expect(SourceInput.safeParse({ connection: 'main', format }).success).toBe(isTaken))

// Red: in src/shared/backend-settings.ts leave out `refine`.
it.each([
  [{ contentType: 'text/csv' }, false],
  [{ format: 'envelope', contentType: 'text/csv' }, false],
  [{ format: 'envelope', contentType: 'application/octet-stream' }, true],
  [{ format: 'raw', contentType: 'text/csv' }, true],
])('a backend has a content type only in the format raw: %j', (parts, isTaken) => {
  const backend = { connection: 'main', prefix: 'p:', ...parts }
  const read = (): unknown => parseInput(CacheCreate, { name: 'a', ttl: 60, backend })
  if (isTaken)
    expect(read()).toMatchObject({ backend: parts })
  else
    expect(read).toThrow('backend.contentType: has an effect only in the format raw')
  // What an older Larder has stored still opens.
  expect(settingRows.backend.schema.safeParse({ format: 'envelope', near: { ttl: 0 }, timeout: 5, ...backend }).success)
    .toBe(true)
})

it('are those of a new cache that names only what is needed, and of none that names nothing', () => {
  const needed = cacheSettingNames.filter(name => settingRows[name].needed)
  const named = Object.fromEntries(needed.map(name => [name, initialSettings[name]]))
  expect(CacheCreate.parse({ name: 'a', ...named })).toEqual({ name: 'a', ...initialSettings })
  for (const name of needed)
    expect(CacheCreate.safeParse({ name: 'a', ...named, [name]: undefined }).success).toBe(false)
  expect(CacheUpdate.parse({ name: 'a' })).toEqual({ name: 'a' })
})
