import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { createManualClock } from '../../../src/main/base/clock'
import { larder } from './harness'

const noon = Date.UTC(2026, 4, 1, 12)
function lineOf(minute: number, level: string, message: string, more: object = {}): string {
  return `${JSON.stringify({ time: new Date(noon + minute * 60_000).toISOString(), level, message, ...more })}\n`
}

let home: string
let file: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'larder-cli-log-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  mkdirSync(join(home, 'logs'), { mode: 0o700 })
  file = join(home, 'logs', 'larder.log')
  writeFileSync(file, [
    lineOf(1, 'debug', 'Cache opened', { cache: 'products', entries: 3 }),
    lineOf(2, 'warn', 'a connection is down', { connection: 'main', reason: 'It says no.' }),
    lineOf(3, 'error', 'unexpected error'),
  ].join(''), { mode: 0o600 })
  writeFileSync(join(home, 'logs', 'desktop.log'), lineOf(2.5, 'info', 'ready'), { mode: 0o600 })
})

const clock = createManualClock(noon + 4 * 60_000)
function there(argv: readonly string[] = [], given: Parameters<typeof larder>[1] = {}) {
  return larder(['logs', '--home', home, ...argv], { clock, ...given })
}
/** What follows the time, which depends on the time zone. */
const texts = (stdout: string): string[] => stdout.trimEnd().split('\n').map(line => line.slice(25))

it('prints the lines of both writers, the newest last', async () => {
  const { code, stdout, stderr } = await there()
  expect([code, stderr]).toEqual([0, ''])
  expect(texts(stdout)).toEqual([
    'debug  Cache opened  cache=products  entries=3',
    'warn   a connection is down  connection=main  reason="It says no."',
    'info   desktop: ready',
    'error  unexpected error',
  ])
  expect(stdout).toMatch(/^2026-0[45]-\d\d \d\d:\d\d:00\.000 {2}/)
})

it.each<[string[], string[]]>([
  [['--level', 'warn'], ['warn   a connection', 'error  unexpected']],
  [['--since', '2m'], ['warn   a connection', 'info   desktop: ready', 'error  unexpected']],
  [['--since', '2m', '--limit', '1'], ['error  unexpected']],
  [['--limit', '0'], ['']],
  [['--text', 'PRODUCTS'], ['debug  Cache opened']],
])('%j', async (argv, expected) => {
  const { stdout } = await there(argv)
  expect(texts(stdout).map((line, at) => line.slice(0, expected[at]?.length))).toEqual(expected)
})

it('prints JSON, a line each', async () => {
  const { stdout } = await there(['--json', '--level', 'error'])
  expect(JSON.parse(stdout)).toEqual({
    time: '2026-05-01T12:03:00.000Z',
    level: 'error',
    source: 'server',
    message: 'unexpected error',
    fields: {},
  })
})

// Red: in src/main/cli/output.ts leave `escapeText` out of `lines`.
it('shows control characters as escapes, and colours on a terminal alone', async () => {
  appendFileSync(file, lineOf(4, 'error', 'a\u001B[2Jb\u202Ec', { stack: 'one\ntwo' }))
  const piped = await there(['--limit', '1'], { env: { NO_COLOR: undefined } })
  expect(texts(piped.stdout)).toEqual(['error  a\\u{1b}[2Jb\\u{202e}c  stack="one\\ntwo"'])
  const shown = await there(['--limit', '1'], { tty: true })
  expect(shown.stdout).toBe(`\u001B[31m${piped.stdout.trimEnd()}\u001B[39m\n`)
  expect((await there(['--limit', '1'], { tty: true, env: { NO_COLOR: '1' } })).stdout).toBe(piped.stdout)
})

it('follows until it is told to stop', async () => {
  const stop = new AbortController()
  let told = ''
  const stdout = new Writable({
    write(chunk, _, done) {
      told += String(chunk)
      done()
    },
  })
  const running = there(['--follow', '--level', 'warn', '--limit', '1'], { stdout, stopSignal: () => stop.signal })
  await expect.poll(() => told).toContain('unexpected error')
  appendFileSync(file, lineOf(5, 'info', 'not wanted') + lineOf(6, 'warn', 'wanted'))
  await expect.poll(() => texts(told)).toEqual(['error  unexpected error', 'warn   wanted'])
  stop.abort()
  expect((await running).code).toBe(0)
})

it('says how many lines cannot be read', async () => {
  appendFileSync(file, '{"time":"20\n')
  expect((await there()).stderr).toBe('larder: 1 line of the log cannot be read.\n')
})

it('prints nothing where there is no log', async () => {
  rmSync(join(home, 'logs'), { recursive: true })
  expect(await there()).toMatchObject({ code: 0, stdout: '', stderr: '' })
})

it.each([
  [['--level', 'loud'], 'larder: --level loud: must be one of debug, info, warn, error'],
  [['--since', 'now'], 'larder: --since now: must be a time such as 90'],
  [['--limit', 'x'], 'larder: --limit x: must be a whole number'],
])('%j is wrong usage', async (argv, message) => {
  const { code, stderr } = await there(argv)
  expect([code, stderr.slice(0, message.length)]).toEqual([64, message])
})
