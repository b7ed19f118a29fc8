import type { Plugin } from 'vite'
import { chmodSync } from 'node:fs'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

const root = import.meta.dirname

/** `npx larder` in a clone runs the built entry as a program. */
const executableEntry: Plugin = {
  name: 'larder:executable-entry',
  closeBundle: () => chmodSync(resolve(root, 'out/main/headless.js'), 0o755),
}

/** electron-vite makes every URL of the page relative, for file://. Ours is served at deep paths too, where only absolute ones hold. */
const absoluteUrls: Plugin = {
  name: 'larder:absolute-urls',
  enforce: 'post',
  config: () => ({ base: '/' }),
}

export default defineConfig({
  main: {
    plugins: [executableEntry],
    build: {
      outDir: 'out/main',
      externalizeDeps: true,
      rollupOptions: { input: { 'headless': resolve(root, 'src/main/headless.ts'), 'writer-thread': resolve(root, 'src/main/storage/writer-thread.ts') }, output: { format: 'es' } },
    },
  },
  renderer: {
    root: resolve(root, 'src/renderer'),
    plugins: [vue(), absoluteUrls],
    build: {
      outDir: resolve(root, 'out/renderer'),
      // The console's CSP allows no inline data: every asset is a file of its own.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      minify: true,
      rollupOptions: { input: { index: resolve(root, 'src/renderer/index.html') } },
    },
  },
})
