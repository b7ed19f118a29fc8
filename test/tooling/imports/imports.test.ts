import type { Module } from './import-graph'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { circles, deadExports, homonyms } from './findings'
import { readImportGraph } from './import-graph'

const root = join(import.meta.dirname, '../../..')

/** Files that a program reads, and whose exports are for it. */
const entries = [
  /^[^/]+\.config\.[jt]s$/,
  // Apps import these by `larder/client` and `larder/keyv`.
  /^src\/client\/(?:client|keyv)\.ts$/,
  // Replaces the package `electron` in a build of the desktop shell.
  /^test\/standin\/electron\.ts$/,
]

/** Exports that stay although the rule forbids them, each with the reason. */
const tolerated: Readonly<Record<string, string>> = {
  'src/main/base/clock.ts createManualClock': 'It lies beside the real clock, so that both follow `Clock`.',
  'src/main/http/pipeline.ts PipelineDeps': 'The pipeline is being rebuilt.',
}

function isModule(file: string): boolean {
  return /\.(?:[cm]?[jt]s|vue)$/.test(file) && !/\.d\.[cm]?ts$/.test(file)
}

/** Returns the modules in a folder and below it, relative to the root. */
function modulesIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return names.map(name => `${folder}/${name.replaceAll('\\', '/')}`).filter(isModule)
}

function inWords({ file, line, name }: ReturnType<typeof deadExports>[number]): string {
  return `${file}:${line} ${name}`
}

describe('the repository', () => {
  let modules: Module[]
  beforeAll(() => {
    const files = ['src', 'scripts', 'bench', 'test'].flatMap(modulesIn)
    modules = readImportGraph(root, [...readdirSync(root).filter(isModule), ...files])
  }, 240_000)

  it('has no dead exports, and none on the list that are alive', () => {
    expect(modules.length).toBeGreaterThan(100)
    const dead = deadExports(modules, file => entries.some(entry => entry.test(file)))
    expect(dead.filter(({ file, name }) => !(`${file} ${name}` in tolerated)).map(inWords)).toEqual([])
    expect(Object.keys(tolerated).filter(key => !dead.some(({ file, name }) => key === `${file} ${name}`))).toEqual([])
  })

  it('has no circles', () => expect(circles(modules)).toEqual([]))

  it('has no name for two things', () => {
    expect(homonyms(modules.filter(({ file }) => file.startsWith('src/')))).toEqual([])
  })
})

/** Returns the modules of a folder that is removed at the end of the test. */
function plant(files: Readonly<Record<string, string>>): Module[] {
  const folder = mkdtempSync(join(tmpdir(), 'larder-imports-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return readImportGraph(folder, Object.keys(files))
}

describe('dead exports', () => {
  function deadIn(files: Readonly<Record<string, string>>): string[] {
    return deadExports(plant(files), file => file.endsWith('/entry.ts')).map(inWords)
  }

  it.each([
    ['a constant', 'export const a = 1\n', 'a'],
    ['a function', 'export function a(): void {}\n', 'a'],
    ['a class', 'export class a {}\n', 'a'],
    ['an interface', 'export interface a { b: 1 }\n', 'a'],
    ['a type', 'export type a = 1\n', 'a'],
    ['a name of a list', 'const b = 1\nexport { b as a }\n', 'a'],
    ['a name of a pattern', 'export const { x: { a } } = { x: { a: 1 } }\n', 'a'],
    ['a default', 'export default 1\n', 'default'],
    ['what its own file uses', 'export const a = 1\nconsole.log(a)\n', 'a'],
  ])('%s that nobody imports is dead', (_, text, name) => {
    expect(deadIn({ 'src/a.ts': text })).toEqual([expect.stringMatching(new RegExp(`^src/a\\.ts:\\d ${name}$`))])
    expect(deadIn({ 'src/entry.ts': text })).toEqual([])
  })

  const rest = ['src/shared/a.ts:2 b']
  it.each([
    ['by name', `import { a } from './a'\n`, rest],
    ['by another name', `import { a as b } from './a'\n`, rest],
    ['by its alias', `import { a } from '@shared/a'\n`, rest],
    ['as a type', `import type { a } from './a'\n`, rest],
    ['as a type in place', `type B = import('./a').a\n`, rest],
    ['as a member of a namespace', `import * as n from './a'\nn.a()\n`, rest],
    ['as a type of a namespace', `import type * as n from './a'\ntype B = n.a\n`, rest],
    ['with all of a namespace', `import * as n from './a'\ncall(n)\n`, []],
    ['by a re-export', `export { a as default } from './a'\n`, rest],
    ['by a re-export of all', `export * from './a'\n`, []],
    ['by a dynamic import', `const { a: b } = await import('./a')\n`, rest],
    ['by a promise', `import('./a').then(({ a }) => a())\n`, rest],
    ['by a promise that is handed on', `call(import('./a'))\n`, []],
  ])('what is imported %s is alive', (_, text, dead) => {
    const a = 'export function a(): void {}\nexport const b = 1\n'
    expect(deadIn({ 'src/shared/a.ts': a, 'src/shared/entry.ts': text })).toEqual(dead)
  })

  it.each<[string, Record<string, string>, string[]]>([
    ['a component that nobody shows', { 'src/A.vue': '<template>a</template>\n' }, ['src/A.vue:1 default']],
    ['a component that another shows', {
      'src/A.vue': '<template>a</template>\n',
      'src/entry.ts': `import A from './A.vue'\n`,
    }, []],
    ['what a component imports', {
      'src/a.ts': 'export const a = 1\n',
      'src/A.vue': `<script setup lang="ts">\nimport { a } from './a'\n</script>\n`,
      'src/entry.ts': `import A from './A.vue'\n`,
    }, []],
    ['what tests alone run', {
      'src/a.ts': 'export const a = 1\n',
      'test/a.test.ts': `import { a } from '../src/a'\n`,
    }, ['src/a.ts:1 a']],
    ['a part that a test reaches', {
      'src/a.ts': 'export const a = 1\nconsole.log(a)\n',
      'test/a.test.ts': `import { a } from '../src/a'\n`,
    }, []],
    ['what tests share', { 'test/a.ts': 'export const a = 1\n', 'test/a.test.ts': `import { a } from './a'\n` }, []],
    ['what only its own file imports', { 'src/a.ts': `import { a } from './a'\nexport { a }\n` }, ['src/a.ts:2 a']],
  ])('%s', (_, files, dead) => expect(deadIn(files)).toEqual(dead))
})

describe('circles', () => {
  it.each<[string, Record<string, string>, string[][]]>([
    ['of two', { 'a.ts': `import { b } from './b'\n`, 'b.ts': `import { a } from './a'\n` }, [['a.ts', 'b.ts']]],
    ['of types', {
      'a.ts': `import type { B } from './b'\n`,
      'b.ts': `import type { A } from './a'\n`,
    }, [['a.ts', 'b.ts']]],
    ['of side effects', { 'a.ts': `import './b'\n`, 'b.ts': `import './a'\n` }, [['a.ts', 'b.ts']]],
    ['that load later', {
      'a.ts': `import('./B.vue')\n`,
      'B.vue': `<script setup lang="ts">\nimport { a } from './a'\n</script>\n`,
    }, [['B.vue', 'a.ts']]],
    ['of three, and one beside', {
      'x.ts': `import './a'\n`,
      'a.ts': `import './b'\nimport './y'\n`,
      'b.ts': `import './c'\n`,
      'c.ts': `export * from './a'\n`,
      'y.ts': '',
    }, [['a.ts', 'b.ts', 'c.ts']]],
    ['of one', { 'a.ts': `import { a } from './a'\n` }, [['a.ts']]],
    ['two at once', {
      'a.ts': `import './b'\nimport './c'\n`,
      'b.ts': `import './a'\n`,
      'c.ts': `import './d'\n`,
      'd.ts': `import './c'\n`,
    }, [['c.ts', 'd.ts'], ['a.ts', 'b.ts']]],
    ['none, though two ways lead there', {
      'a.ts': `import './b'\nimport './c'\n`,
      'b.ts': `import './d'\n`,
      'c.ts': `import './d'\n`,
      'd.ts': '',
    }, []],
  ])('%s', (_, files, found) => expect(circles(plant(files))).toEqual(found))

  it('does not take an import that leads nowhere', () => {
    expect(() => plant({ 'a.ts': `import './b'\n` })).toThrow('a.ts imports \'./b\', which is nowhere.')
  })
})

describe('homonyms', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['two types', { 'a.ts': 'export interface X { a: 1 }\n', 'b.ts': 'export type X = 1\n' }, ['X: a.ts, b.ts']],
    ['a value and a type', { 'a.ts': 'export const X = 1\n', 'b.ts': 'export type X = 1\n' }, ['X: a.ts, b.ts']],
    ['by a list', { 'a.ts': 'const x = 1\nexport { x }\n', 'b.ts': 'export const x = 1\n' }, ['x: a.ts, b.ts']],
    ['one of both sorts in one module', { 'a.ts': 'export const X = 1\nexport type X = 1\n' }, []],
    ['handed on', { 'a.ts': 'export const x = 1\n', 'b.ts': `export { x } from './a'\n` }, []],
    ['not exported', { 'a.ts': 'export const x = 1\n', 'b.ts': 'const x = 1\n' }, []],
    ['defaults', { 'a.ts': 'export default 1\n', 'b.ts': 'export default 2\n' }, []],
  ])('%s', (_, files, found) => expect(homonyms(plant(files))).toEqual(found))
})
