import { join, parse } from 'node:path'
import process from 'node:process'
import { build } from 'vite'

/**
 * Bundles a TypeScript file for plain Node, the way the product is built, so that a test can run it
 * in a process of its own (to kill it, or to give it another umask). Returns the path of the
 * bundle.
 */
export async function bundleForNode(entry: string): Promise<string> {
  const { name } = parse(entry)
  // Below node_modules, so that the dependencies are found; one folder a test process, so that two
  // do not meet.
  const outDir = join(import.meta.dirname, '../../node_modules/.cache/larder-tests', `${name}-${process.pid}`)
  // As `paths` in tsconfig.base.json.
  const alias = { '@shared': join(import.meta.dirname, '../../src/shared') }
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias },
    build: { ssr: entry, outDir, emptyOutDir: true, rollupOptions: { output: { entryFileNames: 'bundle.mjs' } } },
  })
  return join(outDir, 'bundle.mjs')
}
