import { join, parse } from 'node:path'
import process from 'node:process'
import { build } from 'vite'

/**
 * Bundles a TypeScript file for plain Node in the same way as the product, so that a test can run
 * it in its own process (to kill it, or to give it another umask). Returns the path of the bundle.
 */
export async function bundleForNode(entry: string): Promise<string> {
  const { name } = parse(entry)
  // Below node_modules, so that the dependencies are found; one folder per test process, so that
  // two of them do not collide.
  const outDir = join(import.meta.dirname, '../../node_modules/.cache/larder-tests', `${name}-${process.pid}`)
  // Same as `paths` in tsconfig.base.json.
  const alias = { '@shared': join(import.meta.dirname, '../../src/shared') }
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias },
    build: { ssr: entry, outDir, emptyOutDir: true, rollupOptions: { output: { entryFileNames: 'bundle.mjs' } } },
  })
  return join(outDir, 'bundle.mjs')
}
