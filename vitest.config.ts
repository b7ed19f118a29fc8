import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      { plugins: [vue()], test: { name: 'unit', include: ['test/{main,shared,renderer,contract,tooling}/**/*.test.ts'], environment: 'node', testTimeout: 15_000 } },
      // Real servers, real sockets, real child processes: whole files in turn, so that they do not starve each other.
      { test: { name: 'server', include: ['test/server/**/*.test.ts'], environment: 'node', testTimeout: 30_000, hookTimeout: 30_000, fileParallelism: false } },
    ],
  },
})
