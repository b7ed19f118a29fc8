import type { TestContext } from 'vitest'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../helpers/folder'
import { build, launch } from '../server/process/launch'
import { expectCacheHit } from './cache-hit'

const root = join(import.meta.dirname, '../..')
const start = promisify(execFile)
/** As an app uses the installed package; TypeScript checks it by the types that are with it. */
const app = `import { createClient, LarderClientError } from 'larder/client'
import { KeyvLarder } from 'larder/keyv'

const { store, retrieve, remember } = createClient()
await store('a', new Date(1.7e12))
const date = await retrieve<Date>('a')
const one: number = await remember('one', 60, async () => 1)
const [found] = await createClient().batch([{ op: 'get', key: 'a' }])
if (found instanceof LarderClientError && found.code === 'lease-held')
  throw found
declare const console: { log: (...words: unknown[]) => void }
console.log(date?.toISOString(), one, typeof new KeyvLarder().opts)
`

/** The installed program finds the Node that runs the tests. */
const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`

describe('what npm pack makes', () => {
  let folder: string
  let packed: { filename: string, size: number, unpackedSize: number, files: { path: string }[] }

  beforeAll(async () => {
    await build()
    folder = mkdtempSync(join(tmpdir(), 'larder-npm-'))
    // Without scripts, because prepack would check again whether the build is up to date.
    const { stdout } = await start(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
      { cwd: root },
    )
    packed = (JSON.parse(stdout) as typeof packed[])[0] ?? expect.fail('npm packed nothing')
  }, 600_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  // Red: in package.json add "resources" to `files`, or leave out "!out/main/index.js".
  it('holds the headless build, the console, the client and nothing else', () => {
    const { files, size } = packed
    console.log(`The npm package: ${(size / 1024).toFixed(0)} kB, ${files.length} files.`)
    const places = new Set(files.map(({ path }) => path.split('/').slice(0, 2).join('/')))
    expect([...places].sort()).toEqual([
      'LICENSE',
      'README.md',
      'bin/larder.js',
      'out/client',
      'out/main',
      'out/renderer',
      'package.json',
    ])
    expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining([
      'out/main/headless.js',
      'out/main/writer-thread.js',
      'out/main/codec-thread.js',
      'out/renderer/index.html',
      'out/client/client.d.ts',
      'out/client/keyv.js',
    ]))
    expect(files.filter(({ path }) => /\.(?:map|vue)$|(?<!\.d)\.ts$|^out\/main\/index\.js$/.test(path))).toEqual([])
  })

  // Red: in package.json let `bin` name another file, or leave "out/renderer" out of `files`.
  it('installs into an empty project, helps, and serves a cache hit', async (context) => {
    const project = temporaryFolder()
    writeFileSync(join(project, 'package.json'), '{ "private": true }')
    await install(context, project, join(folder, packed.filename))
    // The file that npx would run, and that an npm script would find in its PATH.
    const larder = join(project, 'node_modules/.bin/larder')
    const help = await start(larder, ['--help'], { cwd: project, env: { ...process.env, PATH } })
    expect(help.stdout).toContain('larder serve')
    await expectCacheHit(launch(temporaryFolder(), { PATH }, [larder, 'serve']))

    // Red: in package.json leave "out/client" out of `files`, or "./keyv" out of `exports`.
    writeFileSync(join(project, 'app.mts'), app)
    const { stdout } = await start(process.execPath, ['app.mts'], { cwd: project })
    expect(stdout).toBe('2023-11-14T22:13:20.000Z 1 object\n')
    const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'esnext', 'app.mts']
    await start(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...strict], { cwd: project })
  }, 300_000)
})

/**
 * Installs without keytar and without any scripts, because Larder must work like that. Skips the
 * test outside CI if the registry does not answer.
 */
async function install(context: TestContext, project: string, tarball: string): Promise<void> {
  try {
    await start(
      'npm',
      ['install', tarball, '--omit=optional', '--ignore-scripts', '--prefer-offline', '--no-audit'],
      { cwd: project },
    )
  }
  catch (error) {
    const { stderr } = error as { stderr: string }
    if (process.env.CI !== 'true' && /code (?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED)/.test(stderr))
      context.skip(`the package registry does not answer:\n${stderr}`)
    throw error
  }
}
