import type { Page } from '@playwright/test'
import { expect } from './console-test'

/**
 * The states in which a screen can be. `off`: a switch turned caching off; `lost`: the server
 * stopped while the screen was open; `loading` and `error`: its first reading has no answer yet, or
 * was refused.
 */
export type ScreenState = 'full' | 'off' | 'lost' | 'empty' | 'loading' | 'error'

/** The sentence by which a screen tells its state, or why the screen cannot be in that state. */
type Told = string | RegExp | { never: string }

export interface ShownScreen {
  name: string
  /** Where it is, for a page that is opened anew. `default` is the cache that every server has. */
  path: (cache: string) => string
  /** The way to it from the screen before, without a request for a document or a script. */
  walk: (page: Page, cache: string) => Promise<void>
  /** What is done there before the picture. */
  act?: (page: Page, state: ScreenState) => Promise<void>
  /** What leads back from it. */
  leave?: (page: Page) => Promise<void>
  /** What is read by it, if not all. */
  reads?: RegExp
  told: Record<ScreenState, Told>
}

/** What a screen reads; scripts, fonts, the session and the events come all the same. */
export const allReadings = /\/(?:admin\/(?!session)|api\/|v1\/|openapi\.json)/
const entryReadings = /\/api\//

const off = 'Caching is off: apps get 503 over HTTP'
const lost = 'No contact with the server'
/** What the server answers in the state `error`, and in which words a screen tells it. */
export const refusal = 'The disk is full.'
const unread = `This could not be read: ${refusal} The console tries again every 5 seconds.`

async function follow(page: Page, link: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: link, exact: true }).click()
}

async function openTab(page: Page, cache: string, tab: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Caches' }).locator(`a[title="${cache}"]`).click()
  await page.getByRole('tab', { name: tab }).click()
}

async function choose(page: Page, state: ScreenState): Promise<void> {
  if (state === 'full' || state === 'off')
    await page.getByRole('grid', { name: 'Entries' }).getByRole('row').nth(2).click()
}

async function send(page: Page, state: ScreenState): Promise<void> {
  await page.getByRole('tab', { name: 'Retrieve' }).click()
  if (state === 'empty')
    return
  if (state !== 'loading' && state !== 'error')
    await page.getByLabel('Cache', { exact: true }).selectOption('products')
  await page.getByRole('textbox', { name: 'Key', exact: true }).fill('product:3')
  if (state !== 'lost')
    await page.getByRole('button', { name: 'Send' }).click()
}

async function openPalette(page: Page, state: ScreenState): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill(state === 'empty' ? 'no such command' : '')
}

export const screens: readonly ShownScreen[] = [
  {
    name: 'overview',
    path: () => '/',
    walk: page => follow(page, 'Overview'),
    told: {
      full: /\d of \d need a look:/,
      off,
      lost,
      empty: 'Nothing is cached yet',
      loading: 'Reading the caches…',
      error: unread,
    },
  },
  {
    name: 'requests',
    path: () => '/requests',
    walk: page => follow(page, 'Requests'),
    act: async (page, state) => {
      if (state === 'full')
        await page.getByRole('grid', { name: 'Requests' }).getByRole('row', { name: /miss/i }).first().click()
    },
    told: {
      full: /^Miss: /,
      off,
      lost: 'The requests so far could not be read',
      empty: 'No request yet',
      loading: 'Reading the log…',
      error: `The requests so far could not be read: ${refusal}`,
    },
  },
  {
    name: 'entries',
    path: cache => `/caches/${cache}`,
    walk: (page, cache) => openTab(page, cache, 'Entries'),
    act: choose,
    reads: entryReadings,
    told: {
      full: 'Lately on this key',
      off: 'Apps get 503; you see what is stored',
      lost,
      empty: 'Nothing in default yet',
      loading: 'Reading…',
      error: `The entries could not be read: ${refusal}`,
    },
  },
  {
    name: 'statistics',
    path: cache => `/caches/${cache}?tab=statistics`,
    walk: (page, cache) => openTab(page, cache, 'Statistics'),
    reads: entryReadings,
    told: {
      full: /Hits since the entry was stored/,
      off,
      lost,
      empty: 'Nothing is stored.',
      loading: 'Counting…',
      error: `They could not be counted: ${refusal} The console tries again every 5 seconds.`,
    },
  },
  {
    name: 'cache-settings',
    path: cache => `/caches/${cache}?tab=settings`,
    walk: (page, cache) => openTab(page, cache, 'Settings'),
    told: {
      full: /Clearing deletes/,
      off,
      lost,
      empty: { never: 'Every cache has settings.' },
      loading: 'Reading…',
      error: unread,
    },
  },
  {
    name: 'playground',
    path: () => '/playground',
    walk: page => follow(page, 'Playground'),
    act: send,
    told: {
      full: /\d s left/,
      off,
      lost,
      empty: /Nothing has been sent yet/,
      loading: 'Waiting…',
      error: '500 Internal Server Error',
    },
  },
  {
    name: 'sources',
    path: () => '/sources',
    walk: page => follow(page, 'Sources'),
    told: {
      full: /A cache can fill itself/,
      off,
      lost,
      empty: /No connection yet/,
      loading: 'Reading…',
      error: unread,
    },
  },
  {
    name: 'snapshots',
    path: () => '/snapshots',
    walk: page => follow(page, 'Snapshots'),
    told: {
      full: /A snapshot keeps the entries of caches/,
      off,
      lost,
      empty: /No snapshot yet/,
      loading: 'Reading…',
      error: unread,
    },
  },
  {
    name: 'keys',
    path: () => '/keys',
    walk: page => follow(page, 'API keys'),
    told: {
      full: 'shop front end',
      off,
      lost,
      empty: /You have no API key/,
      loading: 'Reading…',
      error: unread,
    },
  },
  {
    name: 'settings',
    path: () => '/settings',
    walk: page => follow(page, 'Settings'),
    told: {
      full: 'ben',
      off,
      lost,
      empty: { never: 'There is always one user, who looks at it.' },
      loading: 'Reading…',
      error: unread,
    },
  },
  {
    name: 'docs',
    path: () => '/docs',
    walk: page => follow(page, 'Docs'),
    act: async (page, state) => {
      if (state === 'empty')
        await page.getByLabel('Search operations').fill('no such operation')
    },
    told: {
      full: /RFC 9457/,
      off,
      lost,
      empty: 'No operation contains all of these words.',
      loading: 'Reading…',
      error: unread,
    },
  },
  {
    name: 'palette',
    path: () => '/',
    walk: page => follow(page, 'Overview'),
    act: openPalette,
    leave: page => page.keyboard.press('Escape'),
    told: {
      full: 'more actions',
      off: 'Switch all caching on',
      lost: /No contact with the server/,
      empty: /No matching command/,
      loading: { never: 'The commands are known; caches join them when they are read.' },
      error: { never: 'As before: the screen below says what could not be read.' },
    },
  },
]

/** Signed out; its states follow each other on one page. */
export const signIn: ShownScreen = {
  name: 'sign-in',
  path: () => '/',
  walk: async page => void await page.reload(),
  async act(page, state) {
    if (state === 'full')
      return
    await page.getByRole('textbox', { name: 'User name' }).fill('ben')
    await page.getByLabel('Password').fill('not this one')
    await page.getByRole('button', { name: 'Sign in' }).click()
  },
  told: {
    full: /it prints a link that signs you in/,
    off: { never: 'Nobody is told what is off before they are signed in.' },
    lost: 'The server cannot be reached.',
    empty: { never: 'A form that nobody has filled in is its usual state.' },
    loading: { never: 'The form stays as it is until the answer comes.' },
    error: /Name or password is wrong/,
  },
}

/** Undefined: the screen cannot be in that state. */
export function sentenceOf({ told }: ShownScreen, state: ScreenState): string | RegExp | undefined {
  const sentence = told[state]
  return typeof sentence === 'string' || sentence instanceof RegExp ? sentence : undefined
}

/** Waits until the screen tells its state. */
export async function expectTold(page: Page, told: string | RegExp): Promise<void> {
  await expect(page.getByText(told).filter({ visible: true }).first()).toBeVisible()
}
