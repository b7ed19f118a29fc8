import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { createFileLog } from '../../../src/main/storage/file-log'
import { prepareHome } from '../../../src/main/storage/home'
import { lockHome } from '../../../src/main/storage/home-lock'
import { ensurePrivateFile, writeFileAtomic } from '../../../src/main/storage/private-files'
import { temporaryFolder } from '../../helpers/folder'

const modeOf = (path: string): number => statSync(path).mode & 0o7777

describe('data folder', () => {
  it('is made, made absolute and tightened (S23)', () => {
    // Red when tightenFolder returns before its chmod.
    const folder = temporaryFolder()
    const home = join(folder, 'a b/ü/home')
    expect(prepareHome(`${home}/../home/`)).toBe(home)
    expect(modeOf(home)).toBe(0o700)
    chmodSync(home, 0o755)
    expect(prepareHome(home)).toBe(home)
    expect(modeOf(home)).toBe(0o700)
  })

  it('is none that others share, no file and no empty name', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'shared'))
    chmodSync(join(folder, 'shared'), 0o1777)
    expect(() => prepareHome(join(folder, 'shared'))).toThrow('is shared with others')
    expect(modeOf(join(folder, 'shared'))).toBe(0o1777)
    writeFileSync(join(folder, 'file'), '')
    const hint = 'choose another one with LARDER_HOME or --home'
    for (const name of ['file', 'file/below'])
      expect(() => prepareHome(join(folder, name))).toThrow(`${join(folder, 'file')} is not a folder; ${hint}`)
    expect(() => prepareHome(`${folder}/a\0b`)).toThrow('cannot be created as the data folder')
    expect(() => prepareHome('')).toThrow('has no name')
  })

  // Red: in src/main/storage/home.ts drop `accessSync`.
  it('is none that cannot be written to', (context) => {
    const home = join(temporaryFolder(), 'home')
    mkdirSync(home, 0o700)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,mode=700', 'tmpfs', home], { stdio: 'pipe' })
    }
    catch {
      console.warn('Skipped: no read-only file system can be mounted here.')
      return context.skip()
    }
    try {
      expect(() => prepareHome(home)).toThrow(`${home} cannot be written to as the data folder: EROFS`)
    }
    finally {
      execFileSync('umount', [home])
    }
  })

  // Red: in src/main/storage/make-folders.ts call `mkdirSync(path, { recursive: true })`. It never
  // returns there, so this file does not end either.
  it.skipIf(process.platform !== 'linux').each([
    '/proc/larder',
    '/proc/larder/data',
    '/proc/self/fd/larder/data',
  ])('cannot be made at %s, where it says so instead of trying for ever', (home) => {
    expect(() => prepareHome(home)).toThrow(`${home} cannot be created as the data folder: ENOENT`)
  })

  it('is one process\'s at a time, and free again afterwards', async () => {
    const home = temporaryFolder()
    const lock = lockHome(home)
    for (let count = 0; count < 2; count++)
      expect(() => lockHome(home)).toThrow(`${home} is in use by another Larder (process ${process.pid})`)
    await lock.dispose()
    await lock.dispose()
    await lockHome(home).dispose()
  })
})

describe('private files', () => {
  it('are replaced wholly, with their mode, and leave nothing beside them', () => {
    // Red when writeFileAtomic leaves out its fchmod: the umask then removes bits of 0666.
    const folder = temporaryFolder()
    const file = join(folder, 'a')
    writeFileSync(file, 'old', { mode: 0o644 })
    writeFileAtomic(file, 'new')
    expect([readFileSync(file, 'utf8'), modeOf(file)]).toEqual(['new', 0o600])
    writeFileAtomic(file, Buffer.from([0, 1]), 0o666)
    expect([readFileSync(file).toJSON().data, modeOf(file)]).toEqual([[0, 1], 0o666])
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('keep the old content when the new cannot be put there', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'a'))
    expect(() => writeFileAtomic(join(folder, 'a'), 'new')).toThrow()
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('are files', () => {
    const folder = temporaryFolder()
    expect(() => ensurePrivateFile(folder)).toThrow('is not a file')
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
    expect(() => ensurePrivateFile(join(folder, 'link'))).toThrow(`${join(folder, 'link')} is a link`)
  })
})

describe('log file', () => {
  it('appends over restarts, and keeps two before it', async () => {
    const home = temporaryFolder()
    const first = createFileLog({ home, rotateAt: 10 })
    first.write('ü1')
    await first.dispose()
    const log = createFileLog({ home, rotateAt: 10 })
    for (const line of ['2', '3333333', '44444444444444', '5', '666666666'])
      log.write(line)
    await log.dispose()
    await log.dispose()
    const contents = [
      'larder.log',
      'larder.1.log',
      'larder.2.log',
    ].map(name => readFileSync(join(home, 'logs', name), 'utf8'))
    expect(contents).toEqual(['666666666\n', '5\n', '44444444444444\n'])
    expect(readdirSync(join(home, 'logs'))).toHaveLength(3)
  })

  it('hands a line that cannot be written to somebody else, and does not throw', () => {
    const home = temporaryFolder()
    const failed: string[] = []
    const log = createFileLog({ home, rotateAt: 10, onFailure: line => void failed.push(line) })
    log.write('first line')
    rmSync(join(home, 'logs'), { recursive: true })
    log.write('second line')
    expect(failed).toEqual(['second line'])
  })
})
