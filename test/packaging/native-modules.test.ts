import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { demandTarget, targetOf } from '../../scripts/package/native-modules.mjs'
import { runtimePackages } from '../../scripts/package/runtime-packages.mjs'
import { temporaryFolder } from '../helpers/folder'

const prebuilds = join(import.meta.dirname, '../../node_modules/better-sqlite3/prebuilds')

// Red: in scripts/package/native-modules.mjs swap x64 and arm64 in one of the tables.
it.each(readdirSync(prebuilds))('tells from its bytes what %s is for', (name) => {
  expect(targetOf(join(prebuilds, name))).toBe(name.replace('musl', '').replace('.node', ''))
})

it.each([
  ['nothing', ''],
  ['a text', 'x'.repeat(5000)],
  ['a DOS program', `MZ${'\0'.repeat(100)}`],
  ['a torn PE', `MZ${'\0'.repeat(58)}\xFF\xFF\xFF\x7F`],
])('does not take %s for a native module', (_, content) => {
  const file = join(temporaryFolder(), 'some.node')
  writeFileSync(file, content, 'latin1')
  expect(targetOf(file)).toBe('unknown')
})

// Red: in scripts/package/native-modules.mjs compare with === instead of !==.
it('stops a packaging that would take along what the target cannot load', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  cpSync(join(prebuilds, 'linux-x64.node'), join(folder, 'a/b/one.node'))
  expect(() => demandTarget(folder, 'linux-x64')).not.toThrow()
  expect(() => demandTarget(folder, 'win32-x64')).toThrow(
    `not for win32-x64: ${join('a', 'b', 'one.node')} (linux-x64)`,
  )
  // Nothing was unpacked.
  expect(() => demandTarget(join(folder, 'absent'), 'linux-x64')).not.toThrow()
})

// Red: in scripts/package/runtime-packages.mjs ignore `forInstallOnly`, or search only the root.
it('tells what the program loads from what only its installation wants', () => {
  const file = join(temporaryFolder(), 'package-lock.json')
  const write = (packages: Record<string, object>): void => writeFileSync(file, JSON.stringify({ packages }))
  const packages = {
    '': { dependencies: { a: '1' }, optionalDependencies: { 'keytar': '1', 'absent': '1', '@x/y': '1' } },
    'node_modules/a': { dependencies: { b: '2' } },
    'node_modules/a/node_modules/b': { dependencies: { a: '1', __proto__x: '1' } },
    'node_modules/b': { dev: true },
    'node_modules/__proto__x': {},
    'node_modules/@x/y': {},
    'node_modules/keytar': { dependencies: { 'prebuild-install': '1' } },
    'node_modules/prebuild-install': { dependencies: { rc: '1' } },
    'node_modules/rc': {},
  }
  write(packages)
  const { needed, unneeded } = runtimePackages(file)
  expect([...needed].sort()).toEqual([
    'node_modules/@x/y',
    'node_modules/__proto__x',
    'node_modules/a',
    'node_modules/a/node_modules/b',
    'node_modules/keytar',
  ])
  expect([...unneeded].sort()).toEqual(['node_modules/prebuild-install', 'node_modules/rc'])

  write({ '': { dependencies: { a: '1' } } })
  expect(() => runtimePackages(file)).toThrow('has no a, which Larder needs')
})
