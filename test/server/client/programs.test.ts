// The built file, as programs use it.
import type { TestLarder } from '../../helpers/start-larder'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { build } from '../process/launch'
import { root, runProgram, tableProgram } from './run-program'

/** The Node that runs the tests, and that of the host where it is another one. */
const nodes = [process.execPath, '/usr/bin/node', '/usr/local/bin/node'].filter(path => existsSync(path))

if (nodes.length === 1)
  console.log('Not run under another Node: this host has none beside the one of the project.')

let larder: TestLarder
beforeAll(async () => {
  await build()
  larder = await startLarder()
}, 600_000)
afterAll(() => larder.dispose())

// Red: import something of the server in src/client/client.ts.
it('is small, and each of its files stands alone', () => {
  const size = (name: string): number => gzipSync(readFileSync(join(root, 'out/client', name)), { level: 9 }).length
  console.log(`larder/client: ${size('client.js')} bytes gzip, MessagePack on its first use ${size('message-pack.js')}.`)
  expect(size('client.js')).toBeLessThanOrEqual(6000)
  expect(size('message-pack.js')).toBeLessThanOrEqual(2000)
  expect(size('keyv.js')).toBeLessThanOrEqual(1500)
  for (const [name, others] of [['client', ['message-pack']], ['message-pack', []], ['keyv', ['client']]] as const) {
    const text = readFileSync(join(root, `out/client/${name}.js`), 'utf8')
    const named = [...text.matchAll(/(?:\bfrom|\bimport\()\s*["'`]([^"'`]+)["'`]/g)].map(([, id]) => id)
    expect([...new Set(named)]).toEqual(others.map(other => `./${other}.js`))
  }
})

describe.each(nodes)('under %s', (node) => {
  it('does the same with a server and without', async () => {
    expect(await runProgram(tableProgram, { node })).toBe('')
    const env = { LARDER_URL: larder.url, LARDER_API_KEY: ownerKey }
    expect(await runProgram(tableProgram, { node, env })).toBe('')
  })
})

// Red: in src/client/remember.ts ask for no lease.
it('of 1,000 calls at once in two processes one calls the function', async () => {
  const program = `
const client = createClient({ timeout: 60 })
let made = 0
async function make() { made++; await new Promise(resolve => setTimeout(resolve, 200)); return process.pid }
const all = await Promise.all(Array.from({ length: 500 }, () => client.remember('once', 60, make)))
console.log(JSON.stringify({ made, values: [...new Set(all)] }))`
  const env = { LARDER_URL: larder.url, LARDER_API_KEY: ownerKey }
  const both = await Promise.all([runProgram(program, { env }), runProgram(program, { env })])
  const told = both.map(text => JSON.parse(text) as { made: number, values: number[] })
  expect(told.map(({ made }) => made).sort()).toEqual([0, 1])
  expect(new Set(told.flatMap(({ values }) => values)).size).toBe(1)
})

describe('options', () => {
  /** Says how many entries it holds, and where: `here 2`, or the error. */
  const program = (options: object = {}): string => `
try {
  const client = createClient(${JSON.stringify(options)})
  for (const key of ['a', 'b', 'c']) await client.set(key, 1)
  const keys = []
  for await (const key of client.keys()) keys.push(key)
  console.log(keys.join(''))
}
catch (error) { console.log(error.code, error.message) }`

  it.each<{ name: string, options?: object, env?: Record<string, string>, dotenv?: string, prints: RegExp }>([
    { name: 'nothing', prints: /^abc$/ },
    { name: 'an argument', options: { maxSize: 1 }, env: { LARDER_MAX_SIZE: '2' }, dotenv: 'LARDER_MAX_SIZE=3', prints: /^c$/ },
    { name: 'the environment', env: { LARDER_MAX_SIZE: '2' }, dotenv: 'LARDER_MAX_SIZE=1', prints: /^bc$/ },
    { name: 'a .env', dotenv: '# mine\nLARDER_MAX_SIZE="1"\n', prints: /^c$/ },
    { name: 'an empty variable', env: { LARDER_MAX_SIZE: '' }, dotenv: 'LARDER_MAX_SIZE=2', prints: /^bc$/ },
    { name: 'a word for a number', env: { LARDER_MAX_SIZE: 'many' }, prints: /^invalid-input LARDER_MAX_SIZE must be a n/ },
    { name: 'a word for a flag', dotenv: 'LARDER_FALLBACK=maybe', prints: /^invalid-input LARDER_FALLBACK must be true or false\.$/ },
    { name: 'a number for a flag', env: { LARDER_FALLBACK: '1' }, prints: /^invalid-input LARDER_FALLBACK must be true or false\.$/ },
    { name: 'a wrong argument', options: { timeout: -1 }, prints: /^invalid-input timeout must be a number above 0\.$/ },
    { name: 'a wrong address', env: { LARDER_URL: 'localhost:7777' }, prints: /^invalid-input url must be an address/ },
    { name: 'a key without an address', options: { key: 'k' }, prints: /^invalid-input url must be an address/ },
    { name: 'a key of the environment without an address', env: { LARDER_API_KEY: 'k' }, prints: /^abc$/ },
    { name: 'a server in the environment that nobody runs', env: { LARDER_URL: 'http://127.0.0.1:1' }, prints: /^unreachable / },
    { name: 'the same with a fallback', env: { LARDER_URL: 'http://127.0.0.1:1', LARDER_FALLBACK: 'true' }, prints: /^abc$/ },
    { name: 'another machine in a .env', dotenv: 'LARDER_URL=http://192.0.2.1', prints: /^invalid-input LARDER_URL in \.env must be of this m/ },
    { name: 'a name that only looks like this machine', dotenv: 'LARDER_URL=http://127.0.0.1.example', prints: /^invalid-input LARDER_URL in \.env/ },
    { name: 'a .env that wants a key of the environment', env: { LARDER_API_KEY: 'secret' }, dotenv: 'LARDER_URL=http://127.0.0.1:1', prints: /^invalid-input LARDER_URL in \.env/ },
    { name: 'a .env that wants a key of the program', options: { key: 'secret' }, dotenv: 'LARDER_URL=http://127.0.0.1:1', prints: /^invalid-input LARDER_URL in \.env/ },
    { name: 'a .env with both', dotenv: 'LARDER_URL=http://127.0.0.1:1\nLARDER_API_KEY=k', prints: /^unreachable / },
  ])('$name', async ({ options, env, dotenv, prints }) => {
    const given = { ...env && { env }, ...dotenv !== undefined && { dotenv } }
    expect(await runProgram(program(options), given)).toMatch(prints)
  })
})
