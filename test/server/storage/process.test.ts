import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { silentLogger } from '../../../src/main/base/logger'
import { lockHome } from '../../../src/main/storage/home-lock'
import { openMetadata } from '../../../src/main/storage/metadata-store'
import { bundleForNode } from '../../helpers/bundle'
import { temporaryFolder } from '../../helpers/folder'
import { patience } from '../../helpers/patience'

const fixture = (name: string): Promise<string> => bundleForNode(join(import.meta.dirname, 'fixtures', name))

function start(bundle: string, home: string) {
  const child = spawn(process.execPath, [bundle, home], { stdio: ['ignore', 'pipe', 'inherit'] })
  // Even if the test fails halfway, because the fixtures run until they are killed.
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'close')
}

describe('killed writer', () => {
  let writer = ''
  beforeAll(async () => void (writer = await fixture('durable-writer.ts')))

  it('keeps every write that it has said (R1, small)', async () => {
    // Red when settings.set puts the write into a transaction that stays open.
    const home = temporaryFolder()
    for (let round = 0; round < 5; round++) {
      const child = start(writer, home)
      let said = ''
      child.stdout.setEncoding('utf8').on('data', text => said += text)
      const lines = 10 * round + 2
      await vi.waitUntil(() => said.split('\n').length >= lines, { timeout: patience, interval: 1 })
      await kill(child)
      // The last line may be cut off.
      const acknowledged = Number(said.split('\n').at(-2))
      const store = openMetadata({ home, logger: silentLogger })
      const kept = Number(store.settings.get('count'))
      store.close()
      expect(acknowledged).toBeGreaterThan(0)
      expect(kept).toBeGreaterThanOrEqual(acknowledged)
    }
  })

  it('has the folder for itself, and leaves it with its death (R15)', async () => {
    // Red when lockHome begins a deferred transaction instead of an exclusive one.
    const home = temporaryFolder()
    const child = start(writer, home)
    await once(child.stdout, 'data')
    child.stdout.resume()
    expect(() => lockHome(home)).toThrow(`${home} is in use by another Larder (process ${child.pid})`)
    await kill(child)
    await lockHome(home).dispose()
  })
})

it.skipIf(process.platform === 'win32')('keeps everything to its owner with umask 000 (S23)', async () => {
  // Red when ensurePrivateFile creates with 0o666, tightenFile does not chmod, or prepareHome makes
  // the folder with 0o777.
  const home = join(temporaryFolder(), 'made/home')
  const child = start(await fixture('open-umask.ts'), home)
  const [said] = await once(child.stdout, 'data') as [Buffer]
  expect(said.toString()).toBe('open\n')
  const found = Object.fromEntries(['', ...readdirSync(home, { recursive: true, encoding: 'utf8' })].sort().map((
    name,
  ) => {
    const { mode } = statSync(join(home, name))
    return [name, (mode & 0o777).toString(8)]
  }))
  await kill(child)
  const files = [
    'entries.db',
    'entries.db-shm',
    'entries.db-wal',
    'larder.db',
    'larder.db-shm',
    'larder.db-wal',
    'larder.lock',
    'larder.pid',
    'logs/larder.1.log',
    'logs/larder.2.log',
    'logs/larder.log',
    'secrets.json',
  ]
  expect(found).toEqual({ '': '700', 'logs': '700', ...Object.fromEntries(files.map(name => [name, '600'])) })
})
