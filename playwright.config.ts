import type { ConsoleOptions } from './test/e2e/console-test'
import process from 'node:process'
import { defineConfig } from '@playwright/test'
import { chromiumArguments, findChromium } from './test/helpers/chromium'
import { patience } from './test/helpers/patience'

const chromium = findChromium()
const hard = process.env.LARDER_HARD === '1'
const ci = process.env.CI === 'true'
const pictures = hard || process.env.LARDER_SCREENSHOTS === '1'

export default defineConfig<ConsoleOptions>({
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  // Each test has a server of its own.
  fullyParallel: true,
  workers: 2,
  forbidOnly: ci,
  // Only against waiting for ever: a busy machine takes several times as long as a quiet one.
  timeout: 2 * patience,
  expect: { timeout: patience / 2 },
  // A test that passes at the second try has a fault all the same.
  retries: 0,
  reporter: [['line'], ['json', { outputFile: 'test-results/e2e.json' }]],
  projects: [
    {
      // All specs of the console run in the desktop window. A browser has those that depend on the
      // way to the server; the others come with the hard tier.
      name: 'console',
      grepInvert: hard ? /@alone/ : /@alone|@screen/,
      testIgnore: ['**/*screenshots.spec.ts', '**/hard/**'],
    },
    // What looks at times has the machine for itself.
    { name: 'alone', grep: /@alone/, testIgnore: hard ? [] : ['**/hard/**'], workers: 1, dependencies: ['console'] },
    { name: 'desktop', testDir: 'test/desktop', grepInvert: /@alone/, testIgnore: ['**/hard/**'] },
    // The same console, in the desktop window: what is asked of the server goes over IPC.
    {
      name: 'desktop-alone',
      testDir: 'test/desktop',
      grep: /@alone/,
      testIgnore: hard ? [] : ['**/hard/**'],
      workers: 1,
      dependencies: ['alone', 'desktop', 'desktop-console'],
    },
    // Left out is what speaks of HTTP: signing in, lost connections, tabs, documents without a key.
    {
      name: 'desktop-console',
      grepInvert: /@alone|@http/,
      testIgnore: ['**/*screenshots.spec.ts', '**/hard/**', '**/{sign-in,connection,docs,tabs}.spec.ts'],
      use: { transport: 'desktop' },
    },
    // The pictures of README and docs: LARDER_SCREENSHOTS=1 npx playwright test --project pictures.
    ...pictures ? [{ name: 'pictures', testMatch: ['**/*screenshots.spec.ts', '**/states.spec.ts'], workers: 1 }] : [],
  ],
  use: {
    viewport: { width: 1180, height: 760 },
    launchOptions: {
      ...(chromium.available && { executablePath: chromium.path }),
      args: chromiumArguments,
    },
  },
})
