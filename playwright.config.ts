import process from 'node:process'
import { defineConfig } from '@playwright/test'
import { findChromium } from './test/helpers/chromium'

const chromium = findChromium()

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  // One server after the other: the machine's timing stays the same from run to run.
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI === 'true',
  timeout: 30_000,
  // A browser on two shared cores: one more try in CI, and the summary says how many tests were flaky.
  retries: process.env.CI === 'true' ? 1 : 0,
  reporter: [['line'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    viewport: { width: 1180, height: 760 },
    trace: 'retain-on-failure',
    launchOptions: {
      ...(chromium.available && { executablePath: chromium.path }),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic'],
    },
  },
})
