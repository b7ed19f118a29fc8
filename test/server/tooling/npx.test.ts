import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProject, outcome } from './project'

const root = join(import.meta.dirname, '../../..')
let project: ReturnType<typeof createProject>
let cache: string

beforeEach(() => {
  project = createProject()
  cache = mkdtempSync(join(tmpdir(), 'larder-npx-'))
  cpSync(join(root, 'bin/larder.js'), join(project.folder, 'bin/larder.js'))
  const bin = { larder: './bin/larder.js' }
  project.write('package.json', JSON.stringify({ name: 'larder', version: '1.0.0', type: 'module', bin }))
  project.write('bin/package.json', '{"type":"module"}')
  project.write('built.js', 'console.log("larder", process.argv.slice(2).join(" "))')
})
afterEach(() => {
  project.dispose()
  rmSync(cache, { recursive: true, force: true })
})

/** `npx larder …` with a cache of its own, on the Node of the tests. */
function npx(...args: string[]) {
  return outcome(spawn('npx', ['larder', ...args], {
    cwd: project.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
      npm_config_cache: cache,
      LARDER_HEADLESS: '1',
    },
  }))
}

describe.skipIf(process.platform === 'win32')('npx larder', () => {
  // Red: in package.json let `bin` name out/main/headless.js. npm then remembers for good that
  // there is no such program.
  it('fails with the set-up\'s words before the first build, and works after it', async () => {
    project.write('scripts/set-up/prepare.mjs', `
      import { existsSync, mkdirSync, copyFileSync, writeFileSync } from 'node:fs'
      export async function prepare(purpose) {
        console.error('preparing for', purpose)
        if (existsSync('broken')) return 3
        for (const file of ['main/headless.js', 'main/index.js', 'preload/index.cjs', 'renderer/index.html', 'client/keyv.js']) {
          mkdirSync('out/' + file.replace(/[^/]+$/, ''), { recursive: true })
          copyFileSync('built.js', 'out/' + file)
        }
        writeFileSync('out/.built', '')
        return 0
      }`)
    project.write('broken')
    const first = await npx('status')
    expect(first.output).toContain('preparing for start')
    expect(first.code).toBe(3)

    project.remove('broken')
    const second = await npx('status', '--wait')
    expect(second.output).toBe('preparing for start\nlarder status --wait\n')
    expect(second.code).toBe(0)
    // Built once, it leaves the set-up alone.
    expect((await npx('get', 'a')).output).toBe('larder get a\n')
  })

  // Red: in package.json ask for a newer Node than this.
  it('does not warn of the Node that npm runs on', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(manifest).toMatchObject({ engines: { node: '>=20' }, bin: { larder: './bin/larder.js' } })
  })
})
