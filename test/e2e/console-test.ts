import type { Page } from '@playwright/test'
import type { Desktop } from '../desktop/launch-desktop'
import type { ShellBrowser } from '../desktop/shell-browser'
import type { LaunchedServer } from '../helpers/launch-server'
import { test as base, expect } from '@playwright/test'
import { launchDesktop } from '../desktop/launch-desktop'
import { createShellBrowser } from '../desktop/shell-browser'
import { findChromium } from '../helpers/chromium'
import { launchServer } from '../helpers/launch-server'

/** Runs in the page. It is text because the tests are typed for Node, without the DOM. */
const reporter = `document.addEventListener('securitypolicyviolation', event =>
  reportViolation(event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sample))`
/** The same for a page that is already open, including earlier violations. */
const lateReporter = `new ReportingObserver(reports => reports.forEach(({ body }) =>
  reportViolation(body.effectiveDirective + ' ' + body.blockedURL + ' ' + body.sample)), { types: ['csp-violation'], buffered: true }).observe()`

/**
 * The place of the console: a browser that uses HTTP, or the window of the desktop app, which uses
 * IPC. It is an option of the Playwright project.
 */
export interface ConsoleOptions { transport: 'browser' | 'desktop' }

interface CallOptions {
  json?: unknown
  body?: string | Uint8Array<ArrayBuffer>
  headers?: Record<string, string>
}

export interface ConsoleFixtures {
  /** The desktop app; null in a browser. */
  desktop: Desktop | null
  server: LaunchedServer
  /** Calls the server as an app under test does, with the owner's key. */
  call: (method: string, path: string, options?: CallOptions) => Promise<Response>
  /**
   * Opens the console, signed in as the owner, at a path of src/shared/console-paths.ts. Every spec
   * about a screen uses it, so what these specs prove is true for both places.
   *
   * @default '/'
   */
  openConsole: (path?: string) => Promise<Page>
  /** The console with the overview open. */
  overview: Page
  /** Violations of the content security policy in this test. Must be empty at its end. */
  violations: string[]
}

const chromium = findChromium()
/** Redis clients can connect, so the console offers to. */
const env = { LARDER_REDIS_PORT: '0' }

/** Must be called at the top of every spec, as Playwright cannot skip a file from outside it. */
export function skipWithoutBrowser(): void {
  test.skip(!chromium.available, chromium.reason)
}

/** Receives the policy violations of each page. One page may serve several tests in turn. */
const reportTo = new WeakMap<Page, (violation: string) => void>()

export const test = base.extend<ConsoleFixtures & ConsoleOptions, { shellBrowser: ShellBrowser }>({

  transport: ['browser', { option: true }],
  // Worker fixtures cannot read the option: the first test that needs the browser starts it.
  shellBrowser: [async ({}, use) => {
    const browser = createShellBrowser()
    await use(browser)
    await browser.close()
  }, { scope: 'worker' }],
  desktop: async ({ transport, shellBrowser }, use) => {
    const desktop = transport === 'desktop' ? await launchDesktop(shellBrowser, { inKeptPage: true, env }) : null
    await use(desktop)
    if (desktop)
      expect(await desktop.server.stop()).toBe(0)
  },
  context: async ({ context, desktop }, use) => {
    if (!desktop)
      return use(context)
    const shared = (await desktop.page()).context()
    await use(shared)
    await shared.clearPermissions()
  },
  page: async ({ context, desktop }, use) => use(desktop ? await desktop.page() : await context.newPage()),
  server: async ({ desktop }, use) => {
    if (desktop)
      return use(desktop.server)
    const server = await launchServer({ env })
    await use(server)
    expect(await server.stop()).toBe(0)
  },
  call: async ({ server }, use) => {
    await use((method, path, { json, body, headers } = {}) => fetch(server.url + path, {
      method,
      headers: {
        'Api-Key': server.apiKey,
        ...(json !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? body ?? null : JSON.stringify(json),
    }))
  },
  violations: [async ({ page, desktop }, use) => {
    const violations: string[] = []
    const watched = reportTo.has(page)
    reportTo.set(page, text => violations.push(text))
    if (!watched)
      await watch(page, desktop !== null)
    await use(violations)
    expect(violations).toEqual([])
  }, { auto: true }],
  openConsole: async ({ page, server, desktop }, use) => {
    await use(async (path = '/') => {
      if (path !== '/' && !desktop)
        await signIn(page, server)
      // The window already opens with the overview.
      if (path !== '/' || !desktop) {
        await page.goto(
          desktop ? desktop.origin + path : path === '/' ? `${server.url}/#${await server.code()}` : server.url + path,
        )
      }
      // Not `expect`, which waits a quarter of a second before its second look if the first one was
      // too early.
      await (path === '/'
        ? page.getByRole('table', { name: 'Caches' })
        : page.getByRole('link', { name: 'Overview' })).waitFor()
      return page
    })
  },
  overview: async ({ openConsole }, use) => {
    await use(await openConsole())
  },
})

/** Called once per page, because bindings and scripts stay in it. */
async function watch(page: Page, isOpen: boolean): Promise<void> {
  const report = (text: string): void => reportTo.get(page)?.(text)
  await page.exposeBinding('reportViolation', (_, text: string) => report(text))
  await page.addInitScript({ content: reporter })
  if (isOpen)
    await page.evaluate(lateReporter)
  page.on('pageerror', error => report(`error: ${error.message}`))
  page.on('console', message =>
    /content security policy|trusted ?types?/i.test(message.text()) && report(`console: ${message.text()}`))
}

/**
 * Signs the browser in before its first page, once: opening the console only to leave its first
 * screen again would take a third of a short test. sign-in.spec.ts tests the one-time link itself.
 */
async function signIn(page: Page, server: LaunchedServer): Promise<void> {
  const answer = await fetch(`${server.url}/admin/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code: await server.code() }),
  })
  const { token, user } = await answer.json() as { token: string, user: { id: string } }
  const session = JSON.stringify(JSON.stringify({ token, user: user.id }))
  await page.addInitScript({
    content: `if (location.origin === ${JSON.stringify(server.url)} && !sessionStorage.getItem('test.signed-in')) {
      sessionStorage.setItem('test.signed-in', 'once')
      localStorage.setItem('larder.session', ${session})
    }`,
  })
}

export { expect }
