import type { Archive } from './asar'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fuses } from '../../scripts/package/fuses.mjs'
import { nativeModulesIn, targetOf } from '../../scripts/package/native-modules.mjs'
import { runtimePackages } from '../../scripts/package/runtime-packages.mjs'
import { temporaryFolder } from '../helpers/folder'
import { build, launch } from '../server/process/launch'
import { readArchive } from './asar'
import { expectCacheHit } from './cache-hit'
import { pack } from './pack'

const root = join(import.meta.dirname, '../..')
const budget = 40 * 1024 ** 2
const names = Object.values(FuseV1Options).filter((fuse): fuse is FuseV1Options => typeof fuse === 'number')
const linux = process.platform === 'linux'
if (!linux)
  console.warn('Skipped: the packed app is looked into on Linux alone.')

describe.skipIf(!linux)('the packed app', () => {
  let folder: string
  let app: string
  let archive: Archive

  beforeAll(async () => {
    await build()
    folder = mkdtempSync(join(tmpdir(), 'larder-pack-'))
    app = await pack(folder, fuse => !fuses[fuse])
    archive = readArchive(join(app, 'resources/app.asar'))
  }, 600_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('stays below 40 MB without Electron', () => {
    const resources = join(app, 'resources')
    const bytes = readdirSync(resources, { recursive: true, encoding: 'utf8' }).reduce(
      (sum, name) => sum + statSync(join(resources, name)).size,
      0,
    )
    console.log(
      `The packed app without Electron: ${(bytes / 1024 ** 2).toFixed(1)} MB, ${archive.files.length} files, ${archive.unpacked.length} of them native modules.`,
    )
    expect(bytes).toBeLessThan(budget)
  })

  // Red: in electron-builder.config.js write 'src/**' instead of 'resources/**'.
  it('has the build, the pictures and nothing of the workshop', () => {
    const places = new Set(archive.files.map(file =>
      file.startsWith('node_modules/') ? 'node_modules' : file.split('/').slice(0, 2).join('/')))
    expect([...places].sort()).toEqual([
      'node_modules',
      'out/main',
      'out/preload',
      'out/renderer',
      'package.json',
      'resources/icon.png',
      'resources/tray',
    ])
    expect(archive.files).toEqual(expect.arrayContaining([
      'out/main/index.js',
      'out/main/headless.js',
      'out/main/writer-thread.js',
      'out/main/codec-thread.js',
      'out/renderer/index.html',
      'resources/tray/servingTemplate@2x.png',
    ]))
    expect(archive.files.filter(file =>
      /\.(?:ts|vue|map|md)$|\/tests?\/|\/\.[^/]+$/.test(file) && !isLicence(file))).toEqual([])
  })

  // Red: in electron-builder.config.js leave out the line with runtimePackages().
  it('has exactly the packages that the running program loads, with their licences', () => {
    const { needed } = runtimePackages()
    const installed = [...needed].filter(name => statSync(join(root, name), { throwIfNoEntry: false }))
    const packed = new Set(archive.files.flatMap(file =>
      /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))
    expect([...packed].sort()).toEqual(installed.sort())
    const licences = installed
      .flatMap(name => readdirSync(join(root, name)).map(file => `${name}/${file}`))
      .filter(isLicence)
    expect(licences.length).toBeGreaterThanOrEqual(installed.length)
    // Licences of bundled packages are in files that the build writes.
    expect([
      ...licences,
      'out/main/licenses.md',
      'out/renderer/licenses.md',
    ].filter(file => !archive.files.includes(file))).toEqual([])
  })

  // Red: in electron-builder.config.js leave `${sqlite}/prebuilds` out of the line with exclusions,
  // or leave out asarUnpack.
  it('has the native modules of this machine alone, outside of the archive', () => {
    const target = `${process.platform}-${process.arch}`
    const unpacked = join(app, 'resources/app.asar.unpacked')
    expect(archive.files.filter(file => file.endsWith('.node'))).toEqual(archive.unpacked)
    expect(nativeModulesIn(unpacked)).toContain(`node_modules/better-sqlite3/prebuilds/${target}.node`)
    expect(nativeModulesIn(unpacked)
      .map(name => targetOf(join(unpacked, name)))
      .every(found => found === target)).toBe(true)
    expect(archive.unpacked.filter(file => file.includes('better-sqlite3'))).toHaveLength(1)
  })

  // Red: in scripts/package/after-pack.mjs leave out flipFuses; in scripts/package/fuses.mjs invert
  // one fuse, or leave one out.
  it('has all nine fuses set in the binary', async () => {
    const {
      version,
      strictlyRequireAllFuses,
      ...wire
    } = await getCurrentFuseWire(join(app, 'larder')) as Record<string, unknown>
    console.log('The fuses were set in a stand-in for Electron\'s binary; no real Electron is on this machine.')
    expect(version).toBe('1')
    expect(strictlyRequireAllFuses).toBeUndefined()
    expect(wire).toEqual(Object.fromEntries(names.map(fuse =>
      [fuse, fuses[fuse] ? FuseState.ENABLE : FuseState.DISABLE])))
  })

  it('starts as a desktop app, and by its headless entry serves a cache hit', async () => {
    const extracted = temporaryFolder()
    archive.extract(extracted)
    const manifest = JSON.parse(readFileSync(join(extracted, 'package.json'), 'utf8')) as Record<string, unknown>
    expect(manifest).toMatchObject({ name: 'larder', main: 'out/main/index.js', type: 'module' })
    expect(manifest).not.toHaveProperty('devDependencies')
    await expectCacheHit(launch(
      temporaryFolder(),
      {},
      [process.execPath, join(extracted, 'out/main/headless.js'), 'serve'],
    ))
  })
})

// S25: the powers of the packaged Electron. Red: invert one of them in scripts/package/fuses.mjs.
it('keeps Electron from being anything but Larder', () => {
  const { version, strictlyRequireAllFuses, ...states } = fuses
  expect([version, strictlyRequireAllFuses]).toEqual(['1', true])
  expect(Object.fromEntries(Object.entries(states)
    .map(([fuse, state]) => [FuseV1Options[Number(fuse)], state]))).toEqual({
    RunAsNode: false,
    EnableCookieEncryption: true,
    EnableNodeOptionsEnvironmentVariable: false,
    EnableNodeCliInspectArguments: false,
    EnableEmbeddedAsarIntegrityValidation: true,
    OnlyLoadAppFromAsar: true,
    LoadBrowserProcessSpecificV8Snapshot: false,
    GrantFileProtocolExtraPrivileges: false,
    WasmTrapHandlers: true,
  })
})

function isLicence(file: string): boolean {
  return /\/(?:LICEN[SC]E|License|license|COPYING)[^/]*$/.test(file)
}
