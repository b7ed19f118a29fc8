import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

const root = import.meta.dirname

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      externalizeDeps: true,
      rollupOptions: { input: { headless: resolve(root, 'src/main/headless.ts') }, output: { format: 'es' } },
    },
  },
  renderer: {
    root: resolve(root, 'src/renderer'),
    base: '/',
    plugins: [vue()],
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
