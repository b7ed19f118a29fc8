import { statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { silentLogger } from '../../../src/main/base/logger'
import { translateDiskFault } from '../../../src/main/storage/disk-faults'
import { createGuardedWrites } from '../../../src/main/storage/guarded-writes'
import { LarderError } from '../../../src/shared/errors'
import { temporaryFolder } from '../../helpers/folder'

/** Settings in a database that takes no further page while it is full. */
function openSettings() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const database = new Sqlite(join(temporaryFolder(), 'a.db'))
  onTestFinished(() => void database.close())
  database.exec('CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT)')
  const told: (string | null)[] = []
  const lines: string[] = []
  const log = (line: string): void => void lines.push(line)
  const guarded = createGuardedWrites({
    database,
    home: '/home/ada/larder',
    logger: { ...silentLogger, error: log, warn: log, info: log },
    onHealth: failure => told.push(failure),
    retryDelay: 100,
  })
  const put = (name: string, value = '.'.repeat(50_000)): void =>
    void database.prepare('INSERT OR REPLACE INTO setting VALUES (?, ?)').run(name, value)
  return {
    guarded,
    database,
    told,
    lines,
    put,
    fill: () => void database.pragma('max_page_count = 1'),
    free: () => void database.pragma('max_page_count = 100000'),
    names: () => database.prepare('SELECT name FROM setting ORDER BY name').pluck().all(),
    value: (name: string) => database.prepare('SELECT value FROM setting WHERE name = ?').pluck().get(name),
  }
}

const full = expect.objectContaining({ code: 'storage-full', status: 507 })

describe('guarded writes', () => {
  // Red: in src/main/storage/guarded-writes.ts drop `foundDamage(messageOf(error))`.
  it('says until its end that the database is damaged, and nothing of a full disk', () => {
    const { guarded, told, lines, put } = openSettings()
    const malformed = new Sqlite.SqliteError('database disk image is malformed', 'SQLITE_CORRUPT')
    for (let count = 0; count < 2; count++) {
      expect(() => guarded.write(() => {
        throw malformed
      })).toThrow(malformed)
    }
    expect(guarded.failure).toBe('database disk image is malformed. Restart Larder to set the database aside')
    expect([told, lines]).toEqual([[], ['the metadata is damaged']])
    guarded.write(() => put('a', 'x'))
    vi.advanceTimersByTime(1000)
    expect(guarded.failure).toContain('malformed')
  })

  // Red: in src/main/storage/guarded-writes.ts drop `settleRevocation()`.
  it('writes what takes something away into the database itself', () => {
    const { guarded, database, put } = openSettings()
    database.pragma('journal_mode = WAL')
    const logged = (): number => statSync(`${database.name}-wal`).size
    guarded.write(() => put('given'))
    expect(logged()).toBeGreaterThan(50_000)
    guarded.write(() => guarded.revoke(() => put('taken', 'x')))
    expect(logged()).toBe(0)
    // While somebody reads, the log has to stay. The next change makes up for it.
    const reader = new Sqlite(database.name)
    database.pragma('busy_timeout = 0')
    reader.exec('BEGIN; SELECT * FROM setting')
    guarded.revoke(() => put('taken', 'y'))
    expect(logged()).toBeGreaterThan(0)
    reader.close()
    guarded.write(() => put('given', 'z'))
    expect(logged()).toBe(0)
  })

  it('refuses a change on a full disk wholly, says so once, and once that it is over', () => {
    const { guarded, told, lines, put, fill, free, names } = openSettings()
    fill()
    for (let count = 0; count < 3; count++) {
      expect(() => guarded.write(() => {
        put('small', 'x')
        guarded.write(() => put('large'))
      })).toThrow(full)
    }
    expect(names()).toEqual([])
    expect([guarded.failure, told]).toEqual(['database or disk is full', ['database or disk is full']])
    vi.advanceTimersByTime(1000)
    expect(told).toHaveLength(1)
    // What happens to fit does not mean that the disk has room again.
    guarded.write(() => put('small', 'x'))
    expect(guarded.failure).not.toBeNull()
    free()
    vi.advanceTimersByTime(100)
    expect([guarded.failure, told]).toEqual([null, ['database or disk is full', null]])
    expect(lines).toEqual(['metadata cannot be written, trying again', 'metadata is written again'])
    expect(names()).toEqual(['small'])
  })

  it('runs kept work when the disk has room, only the latest of each name', () => {
    const { guarded, put, fill, free, names } = openSettings()
    fill()
    expect(guarded.writeOrKeep('a', () => put('first'))).toBe(false)
    expect(guarded.writeOrKeep('a', () => put('second'))).toBe(false)
    expect(guarded.writeOrKeep('b', () => put('third'))).toBe(false)
    free()
    vi.advanceTimersByTime(100)
    expect(names()).toEqual(['second', 'third'])
  })

  it('runs kept work before a newer change, and not again after it', () => {
    const { guarded, put, fill, free, value } = openSettings()
    fill()
    guarded.writeOrKeep('a', () => put('a'))
    free()
    guarded.write(() => put('a', 'newer'))
    vi.advanceTimersByTime(1000)
    expect(value('a')).toBe('newer')
  })

  it('writes kept work at the end, or says that it is lost', () => {
    const { guarded, put, fill, free, lines, names } = openSettings()
    fill()
    guarded.writeOrKeep('a', () => put('a'))
    guarded.dispose()
    expect(lines.at(-1)).toBe('changes are lost, because they could not be written')
    free()
    guarded.dispose()
    expect(names()).toEqual(['a'])
  })

  it('hands on any other error, and changes no state', () => {
    const { guarded, put, names, told } = openSettings()
    const other = (): void => {
      put('a', 'x')
      throw new Error('a bug')
    }
    expect(() => guarded.write(other)).toThrow('a bug')
    expect(() => guarded.writeOrKeep('a', other)).toThrow('a bug')
    expect([names(), told, guarded.failure]).toEqual([[], [], null])
  })
})

describe('faults of the disk', () => {
  it.each([
    'SQLITE_FULL',
    'SQLITE_IOERR',
    'SQLITE_IOERR_SHMSIZE',
    'SQLITE_READONLY',
    'SQLITE_READONLY_DBMOVED',
    'SQLITE_CANTOPEN',
  ])('%s means that nothing can be written', (code) => {
    const error = translateDiskFault(new Sqlite.SqliteError('the reason', code), '/home/ada')
    expect(error).toMatchObject({ code: 'storage-full' })
    expect((error as LarderError).message).not.toMatch(/home|reason/)
    expect((error as LarderError).forAdministrators).toMatch('/home/ada (the reason)')
  })

  it.each(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS', 'EACCES', 'EPERM'])('%s means the same', (code) => {
    expect(translateDiskFault(Object.assign(new Error('no'), { code }), '/')).toMatchObject({ code: 'storage-full' })
  })

  it.each([
    new Sqlite.SqliteError('no', 'SQLITE_CONSTRAINT_UNIQUE'),
    new Sqlite.SqliteError('no', 'SQLITE_FULLER'),
    Object.assign(new Error('no'), { code: 'ENOENT' }),
    new LarderError('name-taken', 'no'),
    new Error('no'),
    'SQLITE_FULL',
  ])('leaves %s as it is', (error) => {
    expect(translateDiskFault(error, '/')).toBe(error)
  })
})
