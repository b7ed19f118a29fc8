import type { Project } from './project'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { timed } from '../../helpers/durations'
import { patience } from '../../helpers/patience'
import { createProject, outcome } from './project'

let project: Project

beforeEach(() => {
  project = createProject()
})
afterEach(() => project.dispose())

/** Prepares the project completely. */
async function prepared(): Promise<void> {
  const { code, output } = await project.prepare()
  expect(output).toMatch(/^larder: installing packages … \d+\.\d s\nlarder: building … \d+\.\d s\n$/)
  expect(code).toBe(0)
  expect(project.calls()).toEqual(['npm ci', 'build'])
}

describe('set-up', () => {
  it('installs and builds a fresh clone, and then has nothing to do', async () => {
    await prepared()
    expect(await project.prepare()).toMatchObject({ code: 0, output: '' })
    expect(project.calls()).toEqual([])
    expect(project.exists('out/.set-up.lock')).toBe(false)
  })

  it.skipIf(
    !timed,
  )('takes < 300 ms when there is nothing to do, or at most four times what Node needs to start', async () => {
    await prepared()
    for (let folder = 0; folder < 20; folder++) {
      for (let file = 0; file < 20; file++)
        project.write(`src/main/part-${folder}/file-${file}.ts`)
    }
    await project.prepare()

    const idle: number[] = []
    const bare: number[] = []
    for (let round = 0; round < 3; round++) {
      idle.push((await project.prepare()).took)
      bare.push((await outcome(spawn(process.execPath, ['-e', '']))).took)
    }
    const fastest = Math.min(...idle)
    expect(project.calls()).toEqual(['build'])
    // The machine may be busy, in which case a ratio says more than the absolute time.
    expect(
      fastest < 300 || fastest < 4 * Math.min(...bare),
      `${fastest} ms, bare Node ${Math.min(...bare)} ms`,
    ).toBe(true)
  })

  it('installs again when the lock file is newer, even where npm finds nothing to do', async () => {
    await prepared()
    project.touch('node_modules/.package-lock.json', -100)
    project.touch('package-lock.json', -50)
    project.write('npm.mode', 'idle')
    expect((await project.prepare()).code).toBe(0)
    expect(project.calls()).toEqual(['npm ci', 'build'])
    await project.prepare()
    expect(project.calls()).toEqual([])
  })

  it('builds again when what goes into the build, or comes out of it, has changed', async () => {
    project.write('src/shared/other.ts')
    await prepared()
    const changes: [string, () => void][] = [
      ['a source was edited', () => project.write('src/main/headless.ts', 'edited')],
      ['a source was touched', () => project.touch('src/main/headless.ts', 5)],
      ['a source was put back from a backup', () => project.touch('src/main/headless.ts', -5000)],
      ['a source was added', () => project.write('src/shared/new.ts')],
      ['a source was removed', () => project.remove('src/shared/other.ts')],
      ['package.json was touched', () => project.touch('package.json', 5)],
      ['a tsconfig was added', () => project.write('tsconfig.node.json')],
      ['the builder\'s configuration was added', () => project.write('electron.vite.config.ts')],
      ['a part of the build is gone', () => project.remove('out/renderer')],
      ['the build is gone', () => project.remove('out')],
    ]
    for (const [change, act] of changes) {
      act()
      expect((await project.prepare()).code, change).toBe(0)
      expect(project.calls(), change).toEqual(['build'])
    }
    await project.prepare()
    expect(project.calls()).toEqual([])
  })

  // Red: in scripts/set-up/state.mjs let the names of configurations end as they like.
  it.each([
    'electron.vite.config.ts.1796083614000-1f3a.mjs',
    'client.vite.config.ts.timestamp-1796083614000-1f3a.mjs',
  ])('builds nothing because a tool has just written %s', async (copy) => {
    await prepared()
    project.write(copy)
    await project.prepare()
    expect(project.calls()).toEqual([])
  })

  it('builds once, not for ever, when a source has a time in the future', async () => {
    project.touch('src/main/headless.ts', 10_000)
    await prepared()
    await project.prepare()
    expect(project.calls()).toEqual([])
  })

  it('builds again what was edited during the build', async () => {
    project.write('build.edits')
    await prepared()
    project.remove('build.edits')
    await project.prepare()
    expect(project.calls()).toEqual(['build'])
    await project.prepare()
    expect(project.calls()).toEqual([])
  })

  it('falls back to npm install where no lock file fits', async () => {
    project.write('npm.mode', 'unfit')
    expect((await project.prepare()).code).toBe(0)
    expect(project.calls()).toEqual(['npm ci', 'npm install', 'build'])

    project.remove('package-lock.json')
    project.remove('node_modules')
    expect((await project.prepare()).code).toBe(0)
    expect(project.calls()).toEqual(['npm install', 'build'])
  })

  it('shows what a failing install said, builds nothing and tries again next time', async () => {
    project.write('npm.mode', 'broken')
    const { code, output } = await project.prepare()
    expect(code).toBe(7)
    expect(output).toContain('words of npm')
    expect(project.calls()).toEqual(['npm ci'])

    project.remove('npm.mode')
    await prepared()
  })

  it('shows what a failing build said and tries again next time, although an older build is there', async () => {
    await prepared()
    project.write('build.broken')
    project.write('src/main/headless.ts', 'edited')
    const { code, output } = await project.prepare()
    expect(code).toBe(3)
    expect(output).toContain('words of the builder')
    expect(project.calls()).toEqual(['build'])

    project.remove('build.broken')
    expect((await project.prepare()).code).toBe(0)
    expect(project.calls()).toEqual(['build'])
  })
})

describe('set-up for a start', () => {
  /** A project with something of every kind, and what a start has to have of it. */
  function write(): void {
    const dependencies = { native: '1' }
    const optionalDependencies = { keytar: '1' }
    const devDependencies = { 'vue': '1', 'electron': '^45.0.0', 'node': '24', 'vitest': '1', '@playwright/test': '1' }
    const top = { dependencies, optionalDependencies, devDependencies }
    const allowScripts = { keytar: true, node: true, native: false }
    project.write('package.json', JSON.stringify({ type: 'module', allowScripts, ...top }))
    project.write('package-lock.json', JSON.stringify({ packages: {
      '': top,
      'node_modules/native': { dependencies: { inner: '1' } },
      'node_modules/native/node_modules/inner': {},
      'node_modules/inner': { dev: true },
      'node_modules/keytar': {},
      'node_modules/vue': {
        peerDependencies: { peer: '1', vitest: '1' },
        peerDependenciesMeta: { vitest: { optional: true } },
      },
      'node_modules/peer': {},
      'node_modules/electron': { dependencies: { extract: '1' } },
      'node_modules/extract': {},
      'node_modules/node': {},
      'node_modules/vitest': { dependencies: { chai: '1' } },
      'node_modules/chai': {},
      'node_modules/@playwright/test': {},
    } }))
  }
  const there = (...names: string[]): string[] => names.filter(name => project.exists(`node_modules/${name}`))
  const needed = ['native', 'native/node_modules/inner', 'keytar', 'vue', 'peer']
  const spared = ['inner', 'electron', 'extract', 'node', 'vitest', 'chai', '@playwright/test']
  const headless = { LARDER_HEADLESS: '1' }
  beforeEach(write)

  // Red: in scripts/set-up/packages.mjs let `wantedPackages` leave nothing out, or let `reduced`
  // keep optional peers.
  it('installs what the build and the start need, and keeps to that', async () => {
    expect((await project.prepare('start', headless)).code).toBe(0)
    expect(project.calls().sort()).toEqual(['build', 'npm ci', 'npm rebuild keytar'])
    expect(there(...needed, ...spared)).toEqual(needed)
    expect(await project.prepare('start', headless)).toMatchObject({ code: 0, output: '' })
    expect(project.exists('out/.install')).toBe(false)
  })

  // Red: in scripts/set-up/packages.mjs leave `unneededHere` out.
  it.skipIf(process.platform !== 'linux')('has Electron where a window is possible', async () => {
    expect((await project.prepare('start', { LARDER_HEADLESS: '', DISPLAY: ':9', CI: '' })).code).toBe(0)
    expect(there(...spared)).toEqual(['electron', 'extract'])
  })

  it('installs the rest for the tests, and leaves that there at the next start', async () => {
    await project.prepare('start', headless)
    project.calls()
    expect((await project.prepare()).code).toBe(0)
    expect(project.calls()).toEqual(['npm install', 'build'])
    expect(there(...needed, ...spared)).toEqual([...needed, ...spared])
    project.touch('package-lock.json', 5)
    expect((await project.prepare('start', headless)).code).toBe(0)
    expect(project.calls()).toEqual(['npm ci', 'build'])
    expect(there(...spared)).toEqual(spared)
  })

  // Red: in scripts/set-up/install.mjs do not remove what failed, or let its code count.
  it('goes without an optional package whose script fails', async () => {
    project.write('npm.mode', 'no-compiler')
    expect((await project.prepare('start', headless)).code).toBe(0)
    expect(there('keytar', 'vue')).toEqual(['vue'])
    expect(await project.prepare('start', headless)).toMatchObject({ code: 0, output: '' })
  })

  it('falls back to npm install where no lock file fits', async () => {
    project.write('npm.mode', 'unfit')
    expect((await project.prepare('start', headless)).code).toBe(0)
    expect(project.calls()).toEqual(['npm ci', 'npm install', 'build'])
  })

  // Red: in scripts/set-up/state.mjs do not ask for `unfinished`.
  it('begins again where an earlier one was broken off', async () => {
    await project.prepare('start', headless)
    project.calls()
    project.write('out/.install/package.json', '{}')
    expect((await project.prepare('start', headless)).code).toBe(0)
    expect(project.calls().sort()).toEqual(['build', 'npm ci', 'npm rebuild keytar'])
  })
})

describe('advice', () => {
  it.each([
    ['npm error code ENOTFOUND', 'The package registry cannot be reached.'],
    ['Error: Cannot find native binding. npm has a bug', 'Run `npm ci` without --omit=optional'],
  ])('is given where a tool says “%s”', async (words, sentence) => {
    project.write('npm.mode', 'broken')
    project.write('npm.words', words)
    const { code, output } = await project.prepare()
    expect(code).toBe(7)
    expect(output).toContain(words)
    expect(output).toContain(sentence)
  })
})

/** Whether a process exists, by the text of its id. */
function isAlive(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0)
  }
  catch {
    return false
  }
}

describe('two set-ups at once', () => {
  it('work in turn, and the second finds nothing to do', async () => {
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => project.prepare()))
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0])
    expect(project.calls()).toEqual(['npm ci', 'build'])
    expect(project.exists('out/.set-up.lock')).toBe(false)
  })

  it('replace the lock of one that died, and only one of them does', async () => {
    const died = spawn(process.execPath, ['-e', ''])
    await once(died, 'exit')
    project.write('out/.set-up.lock', JSON.stringify({ pid: died.pid, host: hostname() }))
    const outcomes = await Promise.all([1, 2, 3].map(() => project.prepare()))
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0])
    expect(project.calls()).toEqual(['npm ci', 'build'])
  })

  it('replace the lock of one on another machine once it gives no sign of life', async () => {
    project.write('out/.set-up.lock', JSON.stringify({ pid: 1, host: 'elsewhere.invalid' }))
    const waiting = project.start()
    const running = outcome(waiting)
    await once(waiting.stderr ?? waiting, 'data')
    expect(project.calls()).toEqual([])
    project.touch('out/.set-up.lock', -60)
    const { code, output } = await running
    expect(code).toBe(0)
    expect(output).toContain('another set-up is running')
    expect(project.calls()).toEqual(['npm ci', 'build'])
  })

  it('an interrupted one ends its tool and lets the next one in', async () => {
    project.write('npm.mode', 'slow')
    const child = project.start()
    const running = outcome(child)
    await vi.waitUntil(() => project.exists('npm.pid'), { timeout: patience, interval: 5 })
    child.kill('SIGTERM')
    expect((await running).code).toBe(143)
    // It would have continued for a minute.
    await vi.waitUntil(() => !isAlive(project.read('npm.pid')), { timeout: patience / 2, interval: 5 })
    expect(project.exists('node_modules')).toBe(false)
    project.calls()
    project.remove('npm.mode')
    await prepared()
  })
})
