import type { LogQuery, LogSource } from '../../../src/shared/server-log'
import { Buffer } from 'node:buffer'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFileLog } from '../../../src/main/storage/file-log'
import { readLogPage } from '../../../src/main/storage/log-page'
import { openLogs } from '../../../src/main/storage/log-reader'
import { LogQuery as LogQuerySchema } from '../../../src/shared/server-log'

function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'larder-log-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  return home
}

const timeOf = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString()
function lineOf(second: number, message: string, more: object = {}): string {
  return JSON.stringify({ time: timeOf(second), level: 'info', message, ...more })
}

/** Writes lines to the files of a writer, the newest file first. */
function write(home: string, source: LogSource, files: readonly (readonly string[])[]): void {
  mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 })
  const stem = source === 'server' ? 'larder' : 'desktop'
  files.forEach((lines, age) => writeFileSync(
    join(home, 'logs', `${stem}${age === 0 ? '' : `.${age}`}.log`),
    lines.map(line => `${line}\n`).join(''),
    { mode: 0o600 },
  ))
}

async function page(home: string, query: Partial<LogQuery> = {}) {
  return await readLogPage(home, LogQuerySchema.parse(query))
}
const messages = ({ lines }: { lines: { message: string }[] }): string[] => lines.map(({ message }) => message)

describe('a page of the log', () => {
  it('has the lines of both writers and all of their files, the newest first', async () => {
    const home = makeHome()
    write(home, 'server', [[lineOf(5, 'e'), lineOf(7, 'g')], [lineOf(3, 'c')], [lineOf(1, 'a')]])
    write(home, 'desktop', [[lineOf(4, 'd'), lineOf(6, 'f')], [lineOf(2, 'b')]])
    const found = await page(home)
    expect(messages(found)).toEqual(['g', 'f', 'e', 'd', 'c', 'b', 'a'])
    expect(found).toMatchObject({ cursor: null, unreadable: 0 })
    expect(found.lines[1]).toEqual({ time: timeOf(6), level: 'info', source: 'desktop', message: 'f', fields: {} })
  })

  it('is empty where there is no log', async () => {
    expect(await page(makeHome())).toEqual({ lines: [], cursor: null, unreadable: 0 })
  })

  // Red: in src/main/storage/log-lines.ts let `cut` be `whole`.
  it('puts lines together that are longer than what is read at once, and cut characters', async () => {
    const home = makeHome()
    const long = 'ä→😀'.repeat(30_000)
    write(home, 'server', [[lineOf(1, 'a'), lineOf(2, long), lineOf(3, 'ü'.repeat(70_001))]])
    expect(messages(await page(home))).toEqual(['ü'.repeat(70_001), long, 'a'])
  })

  it.each<[string, Partial<LogQuery>, string[]]>([
    ['level', { level: 'warn' }, ['c', 'b']],
    ['text of the message', { text: 'A' }, ['a']],
    ['text of a field', { text: 'econn' }, ['b']],
    ['since', { since: timeOf(2) }, ['c', 'b']],
    ['limit', { limit: 1 }, ['c']],
  ])('by %s', async (_, query, expected) => {
    const home = makeHome()
    write(home, 'server', [[
      lineOf(1, 'a'),
      lineOf(2, 'b', { level: 'warn', error: 'ECONNREFUSED' }),
      lineOf(3, 'c', { level: 'error' }),
    ]])
    expect(messages(await page(home, query))).toEqual(expected)
  })

  // Red: in src/main/storage/log-page.ts let a cursor be the time alone.
  it('goes on after a cursor, also with lines of the same time, new ones and a rotation', async () => {
    const home = makeHome()
    write(home, 'server', [[lineOf(1, 'a'), lineOf(2, 'b'), lineOf(2, 'c'), lineOf(2, 'd')]])
    const first = await page(home, { limit: 2 })
    expect(messages(first)).toEqual(['d', 'c'])
    write(home, 'server', [[lineOf(3, 'e')], [lineOf(1, 'a'), lineOf(2, 'b'), lineOf(2, 'c'), lineOf(2, 'd')]])
    const second = await page(home, { limit: 2, cursor: first.cursor ?? undefined })
    expect(messages(second)).toEqual(['b', 'a'])
    expect(second.cursor).toBeNull()
  })

  // Red: in src/shared/server-log.ts let `readLogLine` throw.
  it('counts what is no line of ours', async () => {
    const home = makeHome()
    write(home, 'server', [[
      lineOf(1, 'a'),
      '{"time":"2026-01-01T00:00:02.000Z","lev',
      '{"a":1}',
      '[]',
      'null',
      lineOf(3, 'b', { field: { nested: true } }),
      lineOf(4, 'c', { level: 'loud' }),
      lineOf(5, 'd'),
    ]])
    const found = await page(home)
    expect(messages(found)).toEqual(['d', 'a'])
    expect(found.unreadable).toBe(6)
  })

  // Red: in src/main/storage/log-files.ts open with `openSync`.
  it('does not follow a link', async () => {
    const home = makeHome()
    write(home, 'server', [[lineOf(1, 'a')]])
    symlinkSync(join(home, 'logs', 'larder.log'), join(home, 'logs', 'desktop.log'))
    await expect(page(home)).rejects.toThrow('desktop.log')
  })
})

describe('following the log', () => {
  /** Collects the messages that a reader of this folder is told. */
  function follow(home: string): string[] {
    const logs = openLogs(home)
    const stop = new AbortController()
    const told: string[] = []
    const done = (async () => {
      for await (const lines of logs.appended(stop.signal))
        told.push(...lines.map(({ message }) => message))
    })()
    onTestFinished(async () => {
      stop.abort()
      await done
      await logs.close()
    })
    return told
  }

  // Red: in src/main/storage/log-reader.ts leave out the second condition of `createTail`.
  it('tells what is written from then on, over rotations', async () => {
    const home = makeHome()
    const log = createFileLog({ home, rotateAt: 200 })
    onTestFinished(() => log.dispose())
    log.write(lineOf(0, 'before'))
    const told = follow(home)
    for (let second = 1; second <= 12; second++) {
      log.write(lineOf(second, `line ${second}`))
      await expect.poll(() => told.at(-1)).toBe(`line ${second}`)
    }
    expect(told).toEqual(Array.from({ length: 12 }, (_, index) => `line ${index + 1}`))
  })

  it('waits for a log that is not there yet, and for the end of a line', async () => {
    const home = makeHome()
    const told = follow(home)
    write(home, 'desktop', [[]])
    const bytes = Buffer.from(`${lineOf(1, 'größer')}\n`)
    const file = join(home, 'logs', 'desktop.log')
    const middle = bytes.indexOf(0xC3) + 1
    appendFileSync(file, bytes.subarray(0, middle))
    write(home, 'server', [[lineOf(2, 'other')]])
    await expect.poll(() => told).toEqual(['other'])
    appendFileSync(file, bytes.subarray(middle))
    await expect.poll(() => told).toEqual(['other', 'größer'])
  })
})
