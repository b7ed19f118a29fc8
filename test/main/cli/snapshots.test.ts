import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { larder as run } from './harness'
import { typing } from './typing'

let server: TestLarder
beforeAll(async () => {
  server = await startLarder()
  await server.send('POST', '/admin/caches', { body: '{"name":"products","ttl":null}' })
})
afterAll(() => server.dispose())

const env = { LARDER_API_KEY: ownerKey }
function larder(argv: readonly string[], more: Parameters<typeof run>[1] = {}): ReturnType<typeof run> {
  return run(['--url', server.url, ...argv], { env, ...more })
}
async function succeed(argv: readonly string[], more: Parameters<typeof run>[1] = {}): Promise<[string, string]> {
  const { code, stdout, stderr } = await larder(argv, more)
  expect([code, argv, stderr]).toEqual([0, argv, expect.anything()])
  return [stdout, stderr]
}
function line(key: string, text: string): string {
  return `{"cache":"products","key":"${key}","value":{"text":"${text}"},"ttl":null}\n`
}
const header = '{"larder":"snapshot","schema":1,"caches":{"products":{"ttl":null}}}\n'

beforeEach(async () => {
  await succeed(['flush', 'products', '--yes'])
  await succeed(['set', 'products', 'a', 'one', '--ttl', 'none'])
})

describe('snapshot', () => {
  it('save, list, print, load, diff and delete', async () => {
    const saved = ['Saved 1 entry as first.\n', '']
    expect(await succeed(['snapshot', 'save', 'first', '--cache', 'products'])).toEqual(saved)
    expect(await succeed(['snapshot', 'print', 'first'])).toEqual([header + line('a', 'one'), ''])
    await succeed(['set', 'products', 'a', 'two', '--ttl', 'none'])
    await succeed(['set', 'products', 'b', 'new', '--ttl', 'none'])
    await succeed(['snapshot', 'save', 'second', '--cache', 'products'])
    expect((await succeed(['snapshot', 'list']))[0]).toMatch(/^NAME .*\nsecond .* products\nfirst .* products\n$/)
    expect(await succeed(['snapshot', 'diff', 'first', 'second'])).toEqual([
      `-${line('a', 'one')}+${line('a', 'two')}+${line('b', 'new')}`,
      '1 entry more, 0 less, 1 changed.\n',
    ])
    const plan = ['This would add 0 entries, replace 1, remove 1.\n', '']
    expect(await succeed(['snapshot', 'load', 'first', '--mode', 'replace', '--dry-run'])).toEqual(plan)
    expect((await succeed(['get', 'products', 'b']))[0]).toBe('new')
    const done = ['Added 0 entries, replaced 1, removed 1.\n', '']
    expect(await succeed(['snapshot', 'load', 'first', '--mode', 'replace'])).toEqual(done)
    expect((await larder(['get', 'products', 'b'])).code).toBe(2)
    for (const name of ['first', 'second'])
      await succeed(['snapshot', 'delete', name])
    expect(await larder(['snapshot', 'print', 'first'])).toMatchObject({
      code: 2,
      stderr: 'larder: There is no snapshot first.\n',
    })
  })

  // Red: in src/main/cli/questions.ts answer null for the operation.
  it.each([
    [['snapshot', 'save', 'kept', '--replace'], 'Replace the snapshot kept? [y/N] '],
    [['snapshot', 'load', 'kept', '--mode', 'replace'], 'Load the snapshot kept, and delete every entry of its caches'],
    [['snapshot', 'delete', 'kept'], 'Delete the snapshot kept? [y/N] '],
  ])('%j asks first', async (argv, question) => {
    await larder(['snapshot', 'save', 'kept'])
    const { code, screen } = await typing(['--url', server.url, ...argv], ['n\r'], { env })
    expect([code, screen]).toEqual([1, expect.stringContaining(question)])
    expect((await succeed(['snapshot', 'list']))[0]).toContain('kept')
  })
})

describe('import', () => {
  const file = (name: string, text: string) => ({ files: { [`/work-folder/${name}`]: text } })

  it.each([
    ['a snapshot', ['seed.ndjson'], header + line('b', 'x')],
    ['JSON lines', ['rows.jsonl', '--cache', 'products'], '{"key":"b","value":"x"}'],
    ['a JSON list', ['rows.json', '--cache', 'products'], '[{"key":"b","value":"x"}]'],
    ['values by key', ['rows.json', '--cache', 'products'], ' {"b":"x"}'],
    ['a table', ['rows.csv', '--cache', 'products'], 'key,value\nb,x\n'],
    ['what a flag says', ['rows.txt', '--cache', 'products', '--format', 'csv'], 'key,value\nb,x\n'],
  ])('of %s', async (_, [name = '', ...flags], text) => {
    const added = ['Added 1 entry, replaced 0, removed 0.\n', '']
    expect(await succeed(['import', name, ...flags], file(name, text))).toEqual(added)
    expect((await succeed(['get', 'products', 'b']))[0]).toBe('x')
  })

  it('says what it would do, and what is wrong, and then changes nothing', async () => {
    const sound = file('rows.csv', 'key,value\na,x\nb,x\n')
    const plan = 'This would add 1 entry, replace 1, remove 0.\n'
    expect(await succeed(['import', 'rows.csv', '--cache', 'products', '--dry-run'], sound)).toEqual([plan, ''])
    const broken = file('rows.csv', 'key,value\nb,x\n,y\nc\n')
    const faults = 'larder: Row 3: key: must not be empty.\n'
      + 'larder: Row 4: must have as many cells as the first row, 2, but has 1.\n'
    for (const [flags, said] of [
      [['--dry-run'], `larder: Nothing was changed.\n${faults}`],
      [[], 'larder: Row 3: key: must not be empty.\n'],
    ] as const) {
      const { code, stdout, stderr } = await larder(['import', 'rows.csv', '--cache', 'products', ...flags], broken)
      expect([code, stdout, stderr]).toEqual([1, '', said])
    }
    expect((await larder(['get', 'products', 'b'])).code).toBe(2)
  })

  it('asks at a terminal, after it has said what would happen', async () => {
    const { code, screen } = await typing(
      ['--url', server.url, 'import', 'rows.csv', '--cache', 'products'],
      ['n\r'],
      { env, ...file('rows.csv', 'key,value\nb,x\n') },
    )
    const question = 'This would add 1 entry, replace 0, remove 0. Go on? [y/N]'
    expect([code, screen]).toEqual([1, expect.stringContaining(question)])
    expect((await larder(['get', 'products', 'b'])).code).toBe(2)
  })

  it.each([
    [[], 64, 'import needs either a file or --connection'],
    [['a.csv', '--connection', 'main'], 64, 'import needs either a file or --connection'],
    [['a.csv', '--prefix', 'b'], 64, 'import takes --prefix together with --connection'],
    [['--connection', 'main'], 64, 'import --connection needs --cache'],
    [['--connection', 'main', '--cache', 'products'], 2, 'there is no main'],
    [['rows.txt'], 64, 'import needs --format'],
    [['rows.csv'], 1, 'cache: must be given'],
    [['rows.csv', '--cache', 'nothing'], 2, 'Cache nothing not found.'],
    [['missing.csv', '--cache', 'products'], 1, 'missing.csv cannot be read: there is no such file'],
  ])('%j fails with %i', async (argv, exitCode, says) => {
    const files = { '/work-folder/rows.txt': 'a', '/work-folder/rows.csv': 'key,value\n' }
    const { code, stderr } = await larder(['import', ...argv], { files })
    expect([code, stderr]).toEqual([exitCode, expect.stringContaining(says)])
  })
})

it.each([
  ['json', '[\n{"key":"a","value":{"text":"one"}'],
  ['csv', 'key,keyBase64,value,base64,contentType,ttl,grace,tags\r\na,,"one",,text/plain; charset=utf-8,none,,\r\n'],
])('export --format %s', async (format, begins) => {
  const { code, stdout } = await larder(['export', 'products', '--format', format])
  expect([code, stdout.slice(0, begins.length)]).toEqual([0, begins])
})
