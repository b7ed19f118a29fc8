import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/**
 * Unit tests that take seconds each: they run in the second tier, so that the first stays below
 * half a minute.
 */
const long = [
  'test/contract/snippets/**/*.test.ts',
  'test/main/cache/{twins,offheap-memory,model}.test.ts',
  'test/main/cache/eviction/policies.test.ts',
  'test/main/cache/order/**/*.test.ts',
  'test/main/http/event-stream.test.ts',
  'test/main/admin/passwords.test.ts',
  'test/tooling/lint.test.ts',
]

/** As `patience` in test/helpers: a second, the default, is too short for a busy machine. */
const expectations = { poll: { timeout: 60_000 } }

/** As `paths` in tsconfig.base.json. */
const resolve = { alias: { '@shared': join(import.meta.dirname, 'src/shared') } }

export default defineConfig({
  test: {
    projects: [
      // One process for many files: loading the same modules anew for each took two thirds of the
      // time. No test may leave anything behind.
      {
        plugins: [vue()],
        resolve,
        test: {
          name: 'unit',
          include: ['test/{client,main,shared,renderer,contract,tooling}/**/*.test.ts'],
          exclude: long,
          environment: 'node',
          expect: expectations,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          isolate: false,
        },
      },
      // Real servers, real sockets, real child processes: three files at a time, whatever the
      // machine, so that they do not starve each other; a third of them waits at any time. One
      // process for many files here too.
      {
        resolve,
        test: {
          name: 'server',
          include: ['test/{server,packaging}/**/*.test.ts', ...long],
          environment: 'node',
          expect: expectations,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
