import type { Zone } from '../../scripts/lint/zones.mjs'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ESLint } from 'eslint'
import { beforeAll, describe, expect, it } from 'vitest'
import { clockReaders, zoneOf, zones } from '../../scripts/lint/zones.mjs'

const root = join(import.meta.dirname, '../..')
const rules = new Set([
  'larder/import-zone',
  'no-restricted-properties',
  'no-restricted-syntax',
  'no-restricted-globals',
  'no-restricted-exports',
])
let eslint: ESLint

beforeAll(async () => {
  eslint = new ESLint({ cwd: root, ruleFilter: ({ ruleId }) => rules.has(ruleId) })
  // The first text has to load the configuration, which must not make a test time out.
  await lint('src/shared/x.ts', 'export const x = 1\n')
}, 240_000)

/** Returns the rules that a file with this path and text violates. */
async function lint(path: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(root, path) })
  if (!result)
    throw new Error(`ESLint does not look at ${path}.`)
  return result.messages.map(message => message.ruleId ?? message.message)
}

/** Returns a file in the zone; it need not exist. */
function fileOf(zone: Zone): string {
  return zone.path.endsWith('/') ? `${zone.path}imagined.ts` : `${zone.path}.ts`
}

function imports(specifier: string): string {
  return `import * as imported from '${specifier}'\n\nexport const used = imported\n`
}

const up = '../../'
/** By zone: imports that must be refused, and imports that it needs. */
const samples: Record<string, { refused: string[], allowed: string[] }> = {
  'shared': {
    refused: ['node:crypto', 'vue', '../main/base/clock', '@shared/../main/base/clock', 'electron'],
    allowed: ['zod', './errors'],
  },
  'client': { refused: ['node:http', '../main/base/clock', 'zod', '@shared/errors'], allowed: ['./types'] },
  'base': {
    refused: ['node:fs', 'express', '../cache/ports', 'zod'],
    allowed: ['node:crypto', 'node:net', '../../shared/errors', '@shared/errors', './clock'],
  },
  'cache': {
    refused: ['express', 'better-sqlite3', 'electron', 'node:fs', 'fs', 'fs/promises', '../storage/database', 'zod'],
    allowed: ['./ports', '../base/clock', '../../shared/errors', 'node:crypto'],
  },
  'answers': { refused: ['../../serving/ports', 'node:fs'], allowed: ['../in-flight', '@shared/limits', 'node:http'] },
  'redis': {
    refused: ['../admin/settings', '../http/server', '../storage/database', '../cache/engine', 'express', 'electron'],
    allowed: ['../serving/ports', '../base/clock', '../base/answers/outflow', '@shared/errors', 'node:net'],
  },
  'codecs': { refused: ['../cache/ports', 'node:fs'], allowed: ['../base/clock', 'node:zlib'] },
  'storage': {
    refused: ['../cache/engine', '../cache', 'express', 'electron'],
    allowed: ['../cache/ports', '../cache/ports.ts', 'better-sqlite3', 'node:fs', './migrations/001.sql?raw'],
  },
  'upstreams': {
    refused: ['../cache/engine', '../storage/database'],
    allowed: ['../serving/sources/source', 'node:net'],
  },
  'vault': {
    refused: ['../storage/database', 'electron', '../cache/ports'],
    allowed: ['keytar', 'node:fs', '../base/secret-vault'],
  },
  'serving': {
    refused: ['../cache/engine', '../http/exchange', 'express', 'node:fs'],
    allowed: ['../cache/ports', '../base/clock', '../../shared/errors'],
  },
  'admin': {
    refused: ['../storage/database', '../http/server', 'express', 'node:fs', '../cache/engine', '../cache/ports'],
    allowed: ['../serving/ports', 'node:crypto', '../base/principal'],
  },
  'http': {
    refused: [
      '../storage/database',
      '../admin/handlers',
      'better-sqlite3',
      '../larder',
      '../cache/ports',
      '../cache/engine',
    ],
    allowed: ['express', 'express/lib/router', '../serving/ports', 'node:http'],
  },
  'gateway': {
    refused: ['../http/server', '../cache/ports', '../upstreams/upstreams'],
    allowed: ['../serving/ports', '../base/origin', 'node:http'],
  },
  'cli': {
    refused: ['../http/server', '../cache/ports', 'express'],
    allowed: ['../base/configuration', 'node:fs', '../../shared/operations'],
  },
  'desktop': {
    refused: ['../http/server', '../cache/ports', 'express', '../larder'],
    allowed: ['electron', 'electron/main', 'zod', '../base/clock', 'node:fs'],
  },
  'connected': {
    refused: ['./larder', './storage/database', './http/server'],
    allowed: ['./upstreams/upstreams', './serving/ports', './base/clock'],
  },
  'larder': {
    refused: ['./headless', 'electron', './desktop/window', '../renderer/src/main'],
    allowed: ['./http/server', './storage/database', './base/clock'],
  },
  'heap-growth': { refused: ['./larder', 'electron', 'node:fs'], allowed: ['./base/disposable', 'node:v8'] },
  'headless': { refused: ['./larder', 'electron', 'express', 'node:fs'], allowed: ['./program', 'node:process'] },
  'program': {
    refused: ['electron', './desktop/window', 'express'],
    allowed: ['./larder', './cli/options', '../../package.json'],
  },
  'index': {
    refused: ['express', '../renderer/src/main'],
    allowed: ['electron', 'zod', './desktop/window', './larder'],
  },
  'logging': { refused: ['./larder', './http/server', 'electron'], allowed: ['./storage/file-log', './base/logger'] },
  'watched': {
    refused: ['./larder', './admin/handlers', 'electron'],
    allowed: ['./watchdog/watchdog', './http/metrics'],
  },
  'watchdog': { refused: ['../http/metrics', 'node:fs', 'electron'], allowed: ['../base/timer', 'node:perf_hooks'] },
  'preload': { refused: ['node:fs', '../main/base/clock', 'vue'], allowed: ['electron', '../shared/operations'] },
  'renderer': {
    refused: ['node:path', '../main/base/clock', 'electron', 'express', '/etc/passwd', '../../package.json'],
    allowed: ['vue', 'pinia', '../shared/operations', './src/style.css'],
  },
}

describe('import zones', () => {
  it('has samples for every zone', () => {
    expect(Object.keys(samples).sort()).toEqual(zones.map(zone => zone.name).sort())
  })

  for (const zone of zones) {
    const { refused, allowed } = samples[zone.name] ?? { refused: [], allowed: [] }
    it.each(refused)(`${zone.name} must not import %s`, async (specifier) => {
      expect(await lint(fileOf(zone), imports(specifier))).toContain('larder/import-zone')
    })
    it.each(allowed)(`${zone.name} may import %s`, async (specifier) => {
      expect(await lint(fileOf(zone), imports(specifier))).toEqual([])
    })
  }

  it.each([
    ['a type', `import type { Express } from 'express'\n\nexport type E = Express\n`],
    ['a type in place', `export type E = import('express').Express\n`],
    ['a re-export', `export { default as e } from 'express'\n`],
    ['a re-export of all', `export * from 'express'\n`],
    ['a dynamic import', `export const e = await import('express')\n`],
    ['a dynamic import of a template', 'export const e = await import(`express`)\n'],
    ['a computed import', `export const e = (name: string) => import(name)\n`],
    ['a require', `export const e = require('express')\n`],
    ['a glob', `export const e = import.meta.glob('../http/*.ts')\n`],
    ['a list of globs', `export const e = import.meta.glob(['./*.ts', '../http/*.ts'])\n`],
    ['a detour', imports(`${up}shared/../main/http/server`)],
    [
      'createRequire',
      `import { createRequire } from 'node:module'\n\nexport const e = createRequire(import.meta.url)\n`,
    ],
  ])('sees %s', async (_, text) => {
    expect(await lint('src/main/cache/imagined.ts', text)).toContain('larder/import-zone')
  })

  it('refuses ways around the import', async () => {
    expect(await lint(
      'src/main/storage/imagined.ts',
      `import { createRequire } from 'node:module'\n\nexport const e = createRequire(import.meta.url)\n`,
    )).toContain('no-restricted-syntax')
    expect(await lint(
      'src/main/storage/imagined.ts',
      `export const fs = process.getBuiltinModule('node:fs')\n`,
    )).toContain('no-restricted-properties')
  })

  it('refuses to make folders in the way that never ends below /proc', async () => {
    expect(await lint(
      'src/main/storage/imagined.ts',
      `import { mkdirSync } from 'node:fs'\n\nmkdirSync('a/b', { recursive: true })\n`,
    )).toContain('no-restricted-syntax')
  })

  it('sees the script of a component', async () => {
    expect(await lint(
      'src/renderer/src/views/Imagined.vue',
      `<script setup lang="ts">\nimport { readFileSync } from 'node:fs'\n\ndefineExpose({ readFileSync })\n</script>\n`,
    )).toContain('larder/import-zone')
  })

  it('wants a zone for every new folder', async () => {
    expect(await lint('src/main/brand-new/imagined.ts', imports('./other'))).toContain('larder/import-zone')
  })

  it('covers the tree as it is', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter(name => /\.(?:ts|vue)$/.test(name))
      .map(name => `src/${name.replaceAll('\\', '/')}`)
    expect(files.length).toBeGreaterThan(10)
    expect(files.filter(file => !zoneOf(file))).toEqual([])
  })
})

describe('raw APIs', () => {
  it.each([
    'export const t = Date.now()',
    'export const t = Date[\'now\']()',
    'export const { now } = Date',
    'export const t = new Date()',
    'export const t = Date()',
    'export const t = performance.now()',
    'export const t = process.hrtime.bigint()',
  ])('%s is banned outside the clock', async (line) => {
    const broken = await lint('src/main/http/imagined.ts', `${line}\n`)
    expect(broken.filter(rule =>
      rule === 'no-restricted-properties' || rule === 'no-restricted-syntax')).toHaveLength(1)
    for (const file of clockReaders)
      expect(await lint(file, `${line}\n`)).toEqual([])
  })

  it('lets a date be made of a time', async () => {
    expect(await lint('src/main/http/imagined.ts', 'export const t = (wall: number) => new Date(wall)\n')).toEqual([])
  })

  it('names the replacement', async () => {
    const [result] = await eslint.lintText(
      'export const t = Date.now()\n',
      { filePath: join(root, 'src/main/http/imagined.ts') },
    )
    expect(result?.messages[0]?.message).toContain('`clock.wall()`')
  })

  it.each(['ipcMain', 'ipcRenderer'])('%s is banned outside its wrapper', async (name) => {
    const text = `import { ${name} } from 'electron'\n\nexport const raw = ${name}\n`
    expect(await lint('src/main/desktop/window.ts', text)).toContain('no-restricted-syntax')
    expect(await lint('src/preload/other.ts', text)).toContain('no-restricted-syntax')
    expect(await lint(
      'src/main/desktop/window.ts',
      `import * as electron from 'electron'\n\nexport const raw = electron.${name}\n`,
    )).toContain('no-restricted-syntax')
    expect(await lint('src/main/desktop/ipc.ts', text)).toEqual([])
  })

  it('keeps the transport in one place', async () => {
    const text = 'export const answer = await fetch(\'/admin/caches\')\n'
    expect(await lint('src/renderer/src/stores/imagined.ts', text)).toContain('no-restricted-globals')
    expect(await lint(
      'src/renderer/src/stores/imagined.ts',
      'export const bridge = window.larder\n',
    )).toContain('no-restricted-properties')
    expect(await lint('src/renderer/src/api/imagined.ts', text)).toEqual([])
  })

  it.each([
    'src/shared/imagined.ts',
    'src/renderer/src/api/imagined.ts',
    'src/preload/imagined.ts',
  ])('knows no Node in %s', async (path) => {
    expect(await lint(path, 'export const home = process.env.HOME\n')).toContain('no-restricted-globals')
  })

  it('refuses default exports', async () => {
    expect(await lint('src/main/http/imagined.ts', 'export default 1\n')).toContain('no-restricted-exports')
    expect(await lint(
      'src/main/http/imagined.ts',
      'const x = 1\n\nexport { x as default }\n',
    )).toContain('no-restricted-exports')
    expect(await lint('imagined.config.ts', 'export default 1\n')).toEqual([])
  })
})

describe('width', () => {
  let eslint: ESLint
  beforeAll(() => {
    eslint = new ESLint({ cwd: root, ruleFilter: ({ ruleId }) => ruleId === 'style/max-len' })
  })
  const code = (columns: number): string => 'export const x = 1 // '.padEnd(columns, '.')
  const comment = (columns: number): string => '// '.padEnd(columns, '.')
  const sentence = 'word '.repeat(40)

  it.each<[string, string, number]>([
    ['code of 120 columns', code(120), 0],
    ['code of 121 columns', code(121), 1],
    ['a comment of 100 columns', comment(100), 0],
    ['a comment of 101 columns', comment(101), 1],
    ['a line of JSDoc of 101 columns', `/**\n ${'* '.padEnd(100, '.')}\n */`, 1],
    ['a link', `// https://example.org/${'a'.repeat(100)}`, 0],
    ['one text on a line of its own', `log(\n  '${sentence}',\n)`, 0],
    ['one template on a line of its own', `log(\n  \`${sentence}\`,\n)`, 0],
    ['a text beside other code', `log(1, '${sentence}')`, 1],
  ])('%s', async (_, text, found) => {
    // Red when `style/max-len` of eslint.config.js is removed, or is not an error.
    const [result] = await eslint.lintText(`${text}\n`, { filePath: join(root, 'src/main/base/imagined.ts') })
    expect(result?.messages.filter(({ severity }) => severity === 2)).toHaveLength(found)
  })
})

// S19. Red when `vue/no-v-html` of eslint.config.js is removed, or is not an error.
it('lint refuses markup from data in every component', async () => {
  const eslint = new ESLint({ cwd: root, ruleFilter: ({ ruleId }) => ruleId === 'vue/no-v-html' })
  const lint = async (template: string): Promise<(string | null)[]> => {
    const [result] = await eslint.lintText(
      `<script setup lang="ts">\ndefineProps<{ text: string }>()\n</script>\n\n<template>\n  ${template}\n</template>\n`,
      { filePath: join(root, 'src/renderer/src/components/LineList.vue') },
    )
    return result?.messages.filter(({ severity }) => severity === 2).map(({ ruleId }) => ruleId) ?? ['not looked at']
  }
  expect(await lint('<p v-html="text" />')).toEqual(['vue/no-v-html'])
  expect(await lint('<p>{{ text }}</p>')).toEqual([])
})
