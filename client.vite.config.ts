import type { InlineConfig, Plugin } from 'vite'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ModuleKind, transpileDeclaration } from 'typescript'
import { build } from 'vite'
import { errorRegistry } from './src/shared/errors'

const folder = resolve(import.meta.dirname, 'src/client')
/** Each becomes one file, and what one uses of another it imports from there. */
const entries = ['message-pack', 'client', 'keyv']
/** What the types of the entries are written in. */
const typed = ['client', 'client-error', 'types', 'keyv']

/** The types, file by file. Of the server's types they name one, which is written out. */
const declarations: Plugin = {
  name: 'larder:client-declarations',
  generateBundle() {
    const codes = Object.keys(errorRegistry).map(code => `'${code}'`).join(' | ')
    for (const name of typed) {
      const fileName = resolve(folder, `${name}.ts`)
      const { outputText, diagnostics = [] } = transpileDeclaration(readFileSync(fileName, 'utf8'), {
        fileName,
        reportDiagnostics: true,
        compilerOptions: { module: ModuleKind.ESNext, isolatedDeclarations: true },
      })
      if (diagnostics.length > 0)
        this.error(`${fileName} leaves a type to be inferred: ${JSON.stringify(diagnostics[0]?.messageText)}`)
      const source = outputText
        .replace(/^import type \{ ErrorCode \} from '@shared\/errors';$/m, `type ErrorCode = ${codes};`)
        .replaceAll(/ from '(\.\/[\w-]+)';$/gm, ' from \'$1.js\';')
      this.emitFile({ type: 'asset', fileName: `${name}.d.ts`, source })
    }
  },
}

const apart: Plugin = {
  name: 'larder:client-apart',
  enforce: 'pre',
  resolveId: (id, importer) => importer !== undefined && entries.includes(id.slice(2))
    ? { id: `${id}.js`, external: true }
    : null,
}

function partOf(entry: string): InlineConfig {
  return {
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [apart, ...entry === entries[0] ? [declarations] : []],
    build: {
      outDir: resolve(import.meta.dirname, 'out/client'),
      emptyOutDir: entry === entries[0],
      target: 'es2022',
      lib: { entry: resolve(folder, `${entry}.ts`), formats: ['es'], fileName: entry },
      rollupOptions: { output: { minify: true, comments: false } },
    },
  }
}

/** Builds the client library for browsers and every Node. */
export async function buildClient(): Promise<void> {
  for (const entry of entries)
    await build(partOf(entry))
}
