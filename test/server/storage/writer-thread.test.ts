import type { PersistedEntry } from '../../../src/main/cache/ports'
import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { silentLogger } from '../../../src/main/base/logger'
import { openEntryJournal } from '../../../src/main/storage/entry-journal'
import { bundleForNode } from '../../helpers/bundle'
import { temporaryFolder } from '../../helpers/folder'
import { journalEntries } from '../../helpers/journal-entries'
import { patience } from '../../helpers/patience'

// The journal as the product runs it: a separate thread writes.
let program: string
beforeAll(async () => {
  program = await bundleForNode(join(import.meta.dirname, '../../../src/main/storage/writer-thread.ts'))
})

function open(home: string, lines: string[] = []): ReturnType<typeof openEntryJournal> {
  const log = (line: string): void => void lines.push(line)
  const journal = openEntryJournal({
    home,
    logger: { ...silentLogger, error: log, info: log },
    writerProgram: program,
    retryDelay: 50,
  })
  onTestFinished(() => journal.close())
  return journal
}

function anEntry(key: string, value: Buffer): PersistedEntry {
  return {
    key,
    value,
    contentType: 'a/b',
    tags: ['ü'],
    kind: 'bytes',
    flags: 0,
    version: 7,
    storedAt: 1,
    ttl: null,
    freshUntil: null,
    graceUntil: null,
    grace: 7,
  }
}

it('hands back what went in, in order, values out of one buffer', async () => {
  const home = temporaryFolder()
  const journal = open(home)
  // Small buffers share node's pool; none of them may include its neighbours or lose its place.
  const entries = Array.from({ length: 500 }, (_, i) =>
    anEntry(i % 9 === 0 ? `\uDCFF${i}` : `k${i}`, Buffer.from('x'.repeat(i % 7) + i)))
  entries.forEach(entry => journal.put('c', entry))
  journal.put('c', anEntry('gone', Buffer.from('1')))
  await journal.flush()
  journal.remove('c', 'gone')
  journal.retime('c', 'k3', 5, 6, 7)
  journal.put('other', anEntry('a', Buffer.alloc(3_000_000, 'z')))
  journal.clear('never')
  await journal.close()
  expect(journal.health()).toBe('entries.db is closed')
  const reopened = open(home)
  expect(journalEntries(reopened, 'c')).toEqual(entries.map(entry =>
    entry.key === 'k3' ? { ...entry, freshUntil: 5, graceUntil: 6, ttl: 7 } : entry))
  expect(journalEntries(reopened, 'other').map(({ value }) => value.length)).toEqual([3_000_000])
})

it('keeps what the thread could not write, says so, and tries again', async () => {
  // Red when `written` forgets the batch before it checks for the failure.
  const home = temporaryFolder()
  const lines: string[] = []
  const journal = open(home, lines)
  const breaker = new Sqlite(join(home, 'entries.db'))
  onTestFinished(() => void breaker.close())
  breaker.exec('CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, \'disk full\'); END')
  journal.put('c', anEntry('a', Buffer.from('1')))
  await expect(journal.flush()).rejects.toThrow('disk full')
  journal.put('c', anEntry('b', Buffer.from('2')))
  expect(journal.health()).toMatch(/cannot be written/)
  breaker.exec('DROP TRIGGER broken')
  await expect
    .poll(() => breaker.prepare<[], number>('SELECT count(*) FROM entry').pluck().get(), { timeout: patience })
    .toBe(2)
  expect(lines.filter(line => line.startsWith('entries '))).toEqual([
    'entries cannot be written, trying again',
    'entries are written again',
  ])
})

it('a thread that cannot start fails the flush with its reason', async () => {
  const journal = openEntryJournal({
    home: temporaryFolder(),
    logger: silentLogger,
    writerProgram: join(temporaryFolder(), 'missing.mjs'),
    retryDelay: 10_000,
  })
  journal.put('c', anEntry('a', Buffer.from('1')))
  await expect(journal.flush()).rejects.toThrow(/missing\.mjs/)
  await expect(journal.close()).rejects.toThrow(/missing\.mjs/)
})
