import type { Page } from '@playwright/test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchServer } from '../helpers/launch-server'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

const password = 'correct horse battery'

/** Signs in at the form of the page. */
async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
}
async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Signed in as' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
}
/** The bearer that the tabs of this browser share; null if nobody is signed in. */
function bearerOf(page: Page): Promise<string | null> {
  return page.evaluate<string | null>('JSON.parse(localStorage.getItem("larder.session") ?? "null")?.token ?? null')
}

// S20. Red when `history.replaceState` in src/renderer/src/one-time-code.ts is left out.
test('the one-time code leaves the address bar and the history, and works once', async ({ page, server, browser }) => {
  const code = await server.code()
  const link = `${server.url}/#${code}`
  await page.goto('about:blank')
  await page.goto(link)
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  expect(page.url()).toBe(`${server.url}/`)
  await page.goBack()
  await page.goForward()
  expect(page.url()).toBe(`${server.url}/`)
  expect(await page.evaluate(
    'JSON.stringify([sessionStorage, localStorage, document.cookie, history.state, document.documentElement.outerHTML])',
  )).not.toContain(code)

  const other = await browser.newPage()
  await other.goto(link)
  await expect(other.getByRole('alert').filter({ hasText: 'This sign-in link does not work' })).toBeVisible()
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible()
  expect(other.url()).toBe(`${server.url}/`)
  await other.close()
})

test('a link opened in a tab that shows the sign-in form signs in', async ({ page, server }) => {
  await page.goto(server.url)
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  // The link differs only in its fragment, so the page is not reloaded.
  await page.goto(`${server.url}/#${await server.code()}`)
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  expect(page.url()).toBe(`${server.url}/`)
})

// S20, for the router's memory. Red when the popstate listener of src/renderer/src/console.ts is
// added after `app.use(createConsoleRouter())`.
test('a code that comes to an open tab stays out of the history\'s state too', async ({ page, server }) => {
  await page.goto(server.url)
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  const code = await server.code()
  await page.goto(`${server.url}/#${code}`)
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  await page.getByRole('link', { name: 'Docs' }).click()
  await page.goBack()
  expect(await page.evaluate('JSON.stringify([location.href, history.state])')).not.toContain(code)
})

test('a deep link waits for the sign-in, then shows its screen', async ({ page, server }) => {
  await page.goto(`${server.url}/settings`)
  await page.getByLabel('User name').fill('Ada')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByRole('navigation', { name: 'Screens' })).toBeVisible()
  expect(page.url()).toBe(`${server.url}/settings`)
  // A link that is opened later has nothing to lead back to.
  expect(await page.evaluate('localStorage.getItem("larder.place")')).toBeNull()
})

for (const place of ['/requests?q=result%3Amiss', '/caches/default?tab=settings', '/nowhere?a=b']) {
  test(`a one-time link leads back to ${place}, in this tab and in another one`, async ({ server, browser }) => {
    for (const isSame of [true, false]) {
      const context = await browser.newContext()
      const asked = await context.newPage()
      await asked.goto(server.url + place)
      await expect(asked.getByRole('button', { name: 'Sign in' })).toBeVisible()
      const tab = isSame ? asked : await context.newPage()
      await tab.goto(`${server.url}/#${await server.code()}`)
      await expect(tab.getByRole('navigation', { name: 'Screens' })).toBeVisible()
      await expect(tab).toHaveURL(server.url + place)
      // The tab that asked is signed in too.
      await expect(asked.getByRole('navigation', { name: 'Screens' })).toBeVisible()
      await expect(asked).toHaveURL(server.url + place)
      await context.close()
    }
  })
}

// S20. Red when `pathWithin` in src/renderer/src/place.ts returns `at`.
for (const place of ['//example.com/', '/\\example.com/', 'https://example.com/']) {
  test(`a one-time link never leads to ${place}`, async ({ page, server }) => {
    await page.goto(`${server.url}/theme.js`)
    await page.evaluate(
      `localStorage.setItem('larder.place', JSON.stringify({ at: ${JSON.stringify(place)}, since: Date.now() }))`,
    )
    await page.goto(`${server.url}/#${await server.code()}`)
    await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
    expect(page.url()).toBe(`${server.url}/`)
  })
}

test('a link that is refused brings the form back to the place', async ({ page, server }) => {
  await page.goto(`${server.url}/keys`)
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await page.goto(`${server.url}/#used`)
  await expect(page.getByRole('alert').filter({ hasText: 'This sign-in link does not work' })).toBeVisible()
  expect(page.url()).toBe(`${server.url}/keys`)
})

test('the session outlives a reload and ends by signing out', async ({ overview, server }) => {
  await overview.reload()
  await expect(overview.getByRole('table', { name: 'Caches' })).toBeVisible()
  const bearer = await bearerOf(overview)
  await signOut(overview)
  await expect(overview.getByRole('button', { name: 'Sign in' })).toBeVisible()
  // The tab does not wait for the server's response.
  await expect
    .poll(async () =>
      (await fetch(`${server.url}/admin/session`, { headers: { Authorization: `Bearer ${bearer}` } })).status)
    .toBe(401)
  await overview.reload()
  await expect(overview.getByRole('button', { name: 'Sign in' })).toBeVisible()
})

// S19, for names of users. Red when `{{ session.user?.name }}` in
// src/renderer/src/shell/UserMenu.vue becomes v-html.
test('creates an account and signs in by password, whatever the name', async ({ page, server }) => {
  const name = '<img src=x onerror="document.title=1">'
  await page.goto(server.url)
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password').fill('short')
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByLabel('Password')).toHaveAccessibleDescription(/at least 8 characters/)

  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  await expect(page.getByText(name, { exact: true })).toBeVisible()
  await expect(page).toHaveTitle('Overview · Larder')
  // Not an administrator, because the global switch affects everybody.
  await expect(page.getByRole('switch', { name: 'Caching' })).toBeDisabled()

  await page.getByRole('button', { name }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password').fill('wrong password')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Password')).toHaveAccessibleDescription(/\w/)
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
})

test('offers no account once registration is closed', async ({ page, server, call }) => {
  const { user } = await (await call('GET', '/admin/session')).json() as { user: { id: string } }
  expect(
    (await call('PATCH', `/admin/users/${user.id}`, { json: { password: 'the owner has one now' } })).status,
  ).toBe(200)
  await page.goto(server.url)
  await page.getByLabel('User name').fill('late')
  await page.getByLabel('Password').fill('correct horse battery')
  const create = page.getByRole('button', { name: 'Create account' })
  await create.click()
  await expect(create).toBeHidden()
  await expect(page.getByRole('alert').filter({ hasText: /\w/ })).toBeVisible()
})

// S20, against a link with somebody else's code. Red when `await agrees(created.user.name)` in
// src/renderer/src/stores/session.ts becomes `true`.
test('a link in a signed-in tab asks before it changes the account', async ({ overview, server, call }) => {
  const mallory = { name: 'mallory', password }
  const { id } = await (await call('POST', '/admin/users', { json: mallory })).json() as { id: string }
  const { token } = await (await call('POST', '/admin/session', { json: mallory })).json() as { token: string }
  async function newCode(): Promise<string> {
    const headers = { Authorization: `Bearer ${token}` }
    const answer = await fetch(`${server.url}/admin/session/code`, { method: 'POST', headers })
    return (await answer.json() as { code: string }).code
  }
  async function who(): Promise<string> {
    const bearer = await bearerOf(overview)
    const answer = await fetch(`${server.url}/admin/session`, { headers: { Authorization: `Bearer ${bearer}` } })
    return (await answer.json() as { user: { id: string } }).user.id
  }
  const mine = await who()
  const question = overview.getByRole('dialog', { name: 'Sign in with this link?' })

  // Once in the open page, and once while the page loads.
  for (const before of [null, 'about:blank']) {
    const code = await newCode()
    if (before !== null)
      await overview.goto(before)
    await overview.goto(`${server.url}/#${code}`)
    await expect(question).toContainText(/You are signed in as .*\. The link signs you in as mallory:/)
    expect(overview.url()).toBe(`${server.url}/`)
    await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await overview.keyboard.press('Enter')
    await expect(question).toBeHidden()
    await expect(overview.getByRole('table', { name: 'Caches' })).toBeVisible()
    expect(await who()).toBe(mine)
  }

  await overview.goto(`${server.url}/#${await newCode()}`)
  await question.getByRole('button', { name: 'Sign in with the link' }).click()
  await expect(overview.getByRole('button', { name: 'Signed in as' })).toContainText('mallory')
  expect(await who()).toBe(id)
})

// Red when src/renderer/src/stores/session.ts asks without looking at `created.user.id`.
test('a link of the user who is there changes nothing and asks nothing', async ({ overview, server, context }) => {
  const bearer = await bearerOf(overview)
  const other = await context.newPage()
  await other.goto(`${server.url}/#${await server.code()}`)
  await expect(other.getByRole('table', { name: 'Caches' })).toBeVisible()
  const code = await server.code()
  const used = overview.waitForResponse(answer => answer.request().method() === 'POST')
  await overview.goto(`${server.url}/#${code}`)
  expect((await used).status()).toBe(201)
  await expect(overview.getByRole('table', { name: 'Caches' })).toBeVisible()
  expect(await bearerOf(overview)).toBe(bearer)
  await expect(overview.getByRole('dialog')).toBeHidden()
})

test('a used link in a signed-in tab says so and leaves the session alone', async ({ overview, server }) => {
  await overview.goto(`${server.url}/#used`)
  await expect(overview.getByRole('alert').filter({ hasText: 'This sign-in link does not work' })).toBeAttached()
  await expect(overview.getByRole('table', { name: 'Caches' })).toBeVisible()
})

test('a session that the server no longer knows ends in the sign-in form', async ({ overview }) => {
  await overview.evaluate('localStorage.setItem("larder.session", JSON.stringify({ token: "ls_gone", user: "u" }))')
  await overview.reload()
  await expect(overview.getByRole('alert').filter({ hasText: 'Your session has ended. Sign in again.' })).toBeVisible()
})

test('the form says what is missing without asking the server', async ({ page, server }) => {
  await page.goto(server.url)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByLabel('User name')).toHaveAccessibleDescription('Enter your user name.')
  await expect(page.getByLabel('Password')).toHaveAccessibleDescription('Enter your password.')
})

// Red when src/renderer/src/api/api.ts gives `createSessionToken` no page.
test('the tabs of a browser are signed in and out together', async ({ page, server, context, call }) => {
  await call('POST', '/admin/users', { json: { name: 'ada', password } })
  const waiting = await context.newPage()
  await page.goto(server.url)
  await waiting.goto(`${server.url}/keys`)
  await signIn(page, 'ada')
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  await expect(waiting.getByRole('table', { name: 'API keys' })).toBeVisible()
  await expect(waiting).toHaveURL(`${server.url}/keys`)
  const later = await context.newPage()
  await later.goto(`${server.url}/settings`)
  await expect(later.getByRole('region', { name: 'Account' })).toBeVisible()

  const bearer = await bearerOf(page)
  await signOut(waiting)
  for (const tab of [page, waiting, later])
    await expect(tab.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await expect.poll(async () =>
    (await fetch(`${server.url}/admin/session`, { headers: { Authorization: `Bearer ${bearer}` } })).status).toBe(401)

  // A session that the server ends is over in all tabs as well.
  await signIn(later, 'ada')
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  const users = await (await call('GET', '/admin/users')).json() as { id: string, name: string }[]
  const id = users.find(({ name }) => name === 'ada')?.id
  expect((await call('PATCH', `/admin/users/${id}`, { json: { disabled: true } })).status).toBe(200)
  for (const tab of [page, waiting, later])
    await expect(tab.getByRole('alert').filter({ hasText: 'Your session has ended. Sign in again.' })).toBeVisible()
})

// Red when `follow` in src/renderer/src/stores/session.ts adopts the session of another user.
test('a tab shows nothing of a user whom another tab has replaced', async ({ overview, server, context, call }) => {
  const ben = { name: 'ben', password }
  const { id } = await (await call('POST', '/admin/users', { json: ben })).json() as { id: string }
  await call('PUT', '/v1/secret-of-the-owner', { body: 'x' })
  const other = await context.newPage()
  await other.goto(`${server.url}/requests`)
  await expect(other.getByRole('grid', { name: 'Requests' })).toContainText('secret-of-the-owner')
  const { token } = await (await call('POST', '/admin/session', { json: ben })).json() as { token: string }
  const answer = await fetch(`${server.url}/admin/session/code`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
  })
  const { code } = await answer.json() as { code: string }
  await overview.goto(`${server.url}/#${code}`)
  await overview.getByRole('button', { name: 'Sign in with the link' }).click()
  await expect(other.getByRole('button', { name: 'Signed in as' })).toContainText('ben')
  await expect(other).toHaveURL(`${server.url}/requests`)
  await expect(other.getByText('secret-of-the-owner')).toBeHidden()
  expect(await other.evaluate('JSON.parse(localStorage.getItem("larder.session")).user')).toBe(id)
})

test('a tab whose storage is blocked is signed in for itself', async ({ page, server, context, call }) => {
  await call('POST', '/admin/users', { json: { name: 'ada', password } })
  await page.addInitScript({
    content: `for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError') } })`,
  })
  const other = await context.newPage()
  await page.goto(server.url)
  await other.goto(server.url)
  await signIn(page, 'ada')
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  await page.getByRole('link', { name: 'Keys' }).click()
  await expect(page.getByRole('table', { name: 'API keys' })).toBeVisible()
  await expect(other.getByRole('button', { name: 'Sign in' })).toBeVisible()
})

test('a restart of the server signs nobody out', async ({ page }) => {
  const home = await mkdtemp(join(tmpdir(), 'larder-e2e-'))
  const env = { LARDER_HOME: home }
  const first = await launchServer({ env })
  await page.goto(`${first.url}/#${await first.code()}`)
  await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  await first.stop()
  await expect(page.getByText('Reconnecting…')).toBeVisible()
  const again = await launchServer({ env, args: ['--port', new URL(first.url).port] })
  try {
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('table', { name: 'Caches' })).toBeVisible()
  }
  finally {
    await again.stop()
    await rm(home, { recursive: true, force: true })
  }
})
