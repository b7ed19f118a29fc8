import type { UserConfig } from 'electron-vite'
import type { Plugin, Rolldown } from 'vite'
import { chmodSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { buildClient } from './client.vite.config'
import { customMedia } from './src/renderer/breakpoints'

const root = import.meta.dirname

/** electron-vite knows three parts and no fourth: this one is made after the smallest of them. */
const clientLibrary: Plugin = { name: 'larder:client-library', closeBundle: () => buildClient() }

/** As `paths` in tsconfig.base.json. */
const alias = { '@shared': resolve(root, 'src/shared') }

/** The container runs the built entry as a program. */
const executableEntry: Plugin = {
  name: 'larder:executable-entry',
  writeBundle: () => chmodSync(resolve(root, 'out/main/headless.js'), 0o755),
}

/**
 * Under Electron the keychain's process is started from a file; under Node its text is part of the
 * build.
 */
const keychainChild: Plugin = {
  name: 'larder:keychain-child',
  generateBundle() {
    this.emitFile({
      type: 'asset',
      fileName: 'keychain-child.cjs',
      source: readFileSync(resolve(root, 'src/main/vault/keychain-child.cjs')),
    })
  },
}

/**
 * `import … from 'node:…'` reads every export of a built-in module, whatever is named: of `process`
 * all flags that Node knows, of `http` a WebSocket client. That is a sixth of the whole start.
 * Taken from the built-in module itself, only what is named is read. Not in the Node entry, which
 * has to tell even a Node without `getBuiltinModule` that it is too old.
 */
const lightBuiltins: Plugin = {
  name: 'larder:light-builtins',
  renderChunk(code, { name }) {
    if (name === 'headless')
      return null
    const light = code.replaceAll(/^import (?:(\w[\w$]*)|\{ ([^}]+) \}) from "(node:[\w/]+)";$/gm, (
      _,
      whole: string | undefined,
      names: string,
      id: string,
    ) =>
      `const ${whole ?? `{ ${names.replaceAll(' as ', ': ')} }`} = globalThis.process.getBuiltinModule("${id}");`)
    const left = /^import [^;]*"node:.*|^const \{[^}]*\bdefault: .*getBuiltinModule.*/m.exec(light)
    if (left)
      this.error(`larder:light-builtins does not know this form: ${left[0]}`)
    return light === code ? null : { code: light, map: null }
  },
}

/**
 * electron-vite makes every URL of the page relative, for file://. Ours is served at deep paths
 * too, where only absolute ones hold.
 */
const absoluteUrls: Plugin = {
  name: 'larder:absolute-urls',
  enforce: 'post',
  config: () => ({ base: '/' }),
}

/**
 * Asks for the font of the text together with the page, and ships the licences of the fonts (SIL
 * Open Font License 1.1, condition 2).
 */
const fonts: Plugin = {
  name: 'larder:fonts',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle = {} }) => Object.keys(bundle).filter(name => /\binter-\S*\.woff2$/.test(name)).map(name => ({
      tag: 'link',
      attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${name}`, crossorigin: '' },
      injectTo: 'head',
    })),
  },
  generateBundle() {
    const packages = ['inter', 'jetbrains-mono'].map(name => `node_modules/@fontsource-variable/${name}/LICENSE`)
    this.emitFile({
      type: 'asset',
      fileName: 'font-licenses.txt',
      source: packages.map(file => readFileSync(resolve(root, file), 'utf8')).join('\n\n'),
    })
  },
}

/** The page's own script: it takes the one-time code out of the address before all else loads. */
const pageStart = resolve(root, 'src/renderer/src/main.ts')

/** What the first screen consists of. */
const firstScreen = ['src/renderer/src/console.ts', 'src/renderer/src/views/overview/OverviewView.vue']
  .map(path => resolve(root, path))

/**
 * Puts all of the first screen into one chunk. Left to itself the bundler shares so finely between
 * the views that a page has to fetch 53 scripts before it shows the overview.
 */
function firstScreenChunk() {
  let wanted: Set<string> | undefined
  return (id: string, graph: Pick<Rolldown.PluginContext, 'getModuleInfo'>): string | null => {
    const imported = (of: string) => graph.getModuleInfo(of)?.importedIds ?? []
    wanted ??= reachedFrom(firstScreen, imported).difference(reachedFrom([pageStart], imported))
    return wanted.has(id) ? 'first-screen' : null
  }
}

function reachedFrom(starts: readonly string[], next: (id: string) => readonly string[]): Set<string> {
  const reached = new Set(starts)
  for (const id of reached) {
    for (const imported of next(id))
      reached.add(imported)
  }
  return reached
}

const parts: UserConfig = {
  main: {
    resolve: { alias },
    plugins: [executableEntry, keychainChild, lightBuiltins],
    build: {
      outDir: 'out/main',
      // Native modules stay outside. All else is a devDependency and goes into the bundle: a start
      // then reads a few files instead of hundreds.
      externalizeDeps: true,
      license: { fileName: 'licenses.md' },
      rollupOptions: {
        input: {
          'index': resolve(root, 'src/main/index.ts'),
          'headless': resolve(root, 'src/main/headless.ts'),
          'writer-thread': resolve(root, 'src/main/storage/writer-thread.ts'),
          'codec-thread': resolve(root, 'src/main/codecs/codec-thread.ts'),
        },
        output: { format: 'es', minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } } },
      },
    },
  },
  preload: {
    resolve: { alias },
    plugins: [clientLibrary],
    build: {
      outDir: 'out/preload',
      // A sandboxed preload script is one CommonJS file; of packages it gets a part of Electron's,
      // and no other.
      externalizeDeps: false,
      minify: true,
      rollupOptions: {
        input: { index: resolve(root, 'src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'src/renderer'),
    resolve: { alias },
    plugins: [vue(), absoluteUrls, fonts],
    css: { postcss: { plugins: [customMedia] } },
    build: {
      outDir: resolve(root, 'out/renderer'),
      license: { fileName: 'licenses.md' },
      // The console's CSP allows no inline data: every asset is a file of its own.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      minify: true,
      rollupOptions: {
        input: { index: resolve(root, 'src/renderer/index.html') },
        output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: firstScreenChunk() }] } },
      },
    },
  },
}

/** The set-up builds the parts side by side; each of its processes is told which ones are its. */
const wanted = process.env.LARDER_BUILD?.split(',')

export default defineConfig(wanted === undefined
  ? parts
  : Object.fromEntries(Object.entries(parts).filter(([name]) => wanted.includes(name))))
