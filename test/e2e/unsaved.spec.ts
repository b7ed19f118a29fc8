import type { Page } from '@playwright/test'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()
test.slow()

interface Form {
  name: string
  path: string
  /** Leaves something in the form that nothing has stored. */
  type: (page: Page) => Promise<void>
  /** The field has what was typed. */
  kept: (page: Page) => Promise<void>
  says: string
}

const forms: Form[] = [
  {
    name: 'the editor of an entry',
    path: '/caches/default?key=k',
    type: async (page) => {
      await page.getByRole('region', { name: 'Entry' }).getByRole('button', { name: 'Edit' }).click()
      await page.getByRole('textbox', { name: 'Value' }).pressSequentially('typed')
    },
    kept: page => expect(page.getByRole('textbox', { name: 'Value' })).toContainText('typed'),
    says: 'Your changes to k are not saved.',
  },
  {
    name: 'the settings of a cache',
    path: '/caches/default?tab=settings',
    type: page => page.getByRole('textbox', { name: 'TTL' }).first().fill('77s'),
    kept: page => expect(page.getByRole('textbox', { name: 'TTL' }).first()).toHaveValue('77s'),
    says: 'Your changes to the settings of default are not saved.',
  },
  {
    name: 'the settings of the server',
    path: '/settings',
    type: page => page.getByRole('textbox', { name: 'Memory budget' }).fill('77MB'),
    kept: page => expect(page.getByRole('textbox', { name: 'Memory budget' })).toHaveValue('77MB'),
    says: 'Your changes to the settings of the server are not saved.',
  },
]

function question(page: Page): ReturnType<Page['getByRole']> {
  return page.getByRole('dialog', { name: 'Discard your changes?' })
}

// Red: in router.ts leave `beforeEach` out; in CacheView.vue change the address without `mayLeave`,
// and for Back leave `onBeforeRouteUpdate` out.
for (const { name, path, type, kept, says } of forms) {
  test(`${name}: asked once before it is lost to a tab, a screen or Back`, { tag: '@screen' }, async ({
    openConsole,
    call,
  }) => {
    await call('PUT', '/api/caches/default/entries/k', { body: 'v' })
    const page = await openConsole('/')
    await page.getByRole('table', { name: 'Caches' }).waitFor()
    await page.evaluate(`history.pushState({}, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate', { state: {} }))`)
    await type(page)
    const leave = [
      () => page.getByRole('link', { name: 'Playground' }).click(),
      ...path.startsWith('/caches') ? [() => page.getByRole('tab', { name: 'Statistics' }).click()] : [],
    ]
    for (const away of leave) {
      await away()
      await expect(question(page)).toContainText(says)
      await question(page).getByRole('button', { name: 'Cancel' }).click()
      await expect(question(page)).toHaveCount(0)
      await kept(page)
    }
    await leave.at(-1)?.()
    await question(page).getByRole('button', { name: 'Discard changes' }).click()
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(path.startsWith('/caches')
      ? page.getByRole('tab', { name: 'Statistics' })
      : page.getByRole('heading', { level: 1, name: 'Playground' })).toBeVisible()
    // Nothing is left to ask about.
    await page.getByRole('link', { name: 'API keys' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'API keys' })).toBeVisible()
  })
}

// Red: in EditEntry.vue let Cancel emit `done`.
test('Cancel in the editor asks if something was typed', { tag: '@screen' }, async ({ openConsole, call }) => {
  await call('PUT', '/api/caches/default/entries/k', { body: 'v' })
  const page = await openConsole('/caches/default?key=k')
  const form = page.getByRole('form', { name: 'Edit entry' })
  const edit = page.getByRole('region', { name: 'Entry' }).getByRole('button', { name: 'Edit' })
  await edit.click()
  await form.getByRole('button', { name: 'Cancel' }).click()
  await expect(form).toHaveCount(0)
  await edit.click()
  await page.getByRole('textbox', { name: 'Value' }).pressSequentially('typed')
  await form.getByRole('button', { name: 'Cancel' }).click()
  await question(page).getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('textbox', { name: 'Value' })).toContainText('typed')
  await form.getByRole('button', { name: 'Cancel' }).click()
  await question(page).getByRole('button', { name: 'Discard changes' }).click()
  await expect(form).toHaveCount(0)
})

// Red: in FormDialog.vue leave `may-close` out; in use-modal.ts `showModal` after a forced closing.
test('a dialog with text in it asks before it closes', { tag: '@screen' }, async ({ openConsole }) => {
  const page = await openConsole('/caches/default')
  await page.getByRole('button', { name: 'Add entry' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Add entry to default' })
  await dialog.getByLabel('Value').fill('typed')
  for (const close of [
    () => page.keyboard.press('Escape'),
    () => dialog.getByRole('button', { name: 'Close' }).click(),
    () => dialog.getByRole('button', { name: 'Cancel' }).click(),
    // As a browser does that was not allowed to refuse.
    () => page.evaluate(`document.querySelector('dialog').close()`),
  ]) {
    await close()
    await expect(question(page)).toContainText('What you typed is not saved.')
    await question(page).getByRole('button', { name: 'Cancel' }).click()
    await expect(question(page)).toHaveCount(0)
    await expect(dialog.getByLabel('Value')).toHaveValue('typed')
  }
  await dialog.getByLabel('Value').fill('')
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
})

// Red: in App.vue leave `beforeunload` out.
test('a reload asks in the words of the browser, and only then', { tag: '@screen' }, async ({ openConsole }) => {
  const page = await openConsole('/settings')
  const memory = page.getByRole('textbox', { name: 'Memory budget' })
  await memory.waitFor()
  const refused = (): Promise<unknown> => page.evaluate(
    `!dispatchEvent(new Event('beforeunload', { cancelable: true }))`,
  )
  expect(await refused()).toBe(false)
  await memory.fill('77MB')
  expect(await refused()).toBe(true)
})

// Red: in router.ts leave out `isRename`; in EntryPanel.vue end the editor at
// another name; in the store of caches leave `told` out of `follow`.
test('a rename elsewhere takes the screen along, with what is typed there', { tag: '@screen' }, async ({
  openConsole,
  call,
}) => {
  await call('POST', '/admin/caches', { json: { name: 'products', ttl: null } })
  await call('PUT', '/api/caches/products/entries/k', { body: 'v' })
  const page = await openConsole('/caches/products?key=k')
  await page.getByRole('region', { name: 'Entry' }).getByRole('button', { name: 'Edit' }).click()
  const value = page.getByRole('textbox', { name: 'Value' })
  await value.pressSequentially('typed ')
  await call('POST', '/admin/caches/products/rename', { json: { to: 'articles' } })
  await expect(page.getByRole('tablist', { name: 'Cache articles' })).toBeVisible()
  await expect.poll(() => new URL(page.url()).pathname).toBe('/caches/articles')
  await expect(value).toContainText('typed v')
  await expect(question(page)).toBeHidden()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(value).toBeHidden()
  expect(await (await call('GET', '/api/caches/articles/entries/k')).text()).toBe('typed v')

  await page.getByRole('tab', { name: 'Settings' }).click()
  await page.getByRole('textbox', { name: 'TTL' }).first().fill('77s')
  await call('POST', '/admin/caches/articles/rename', { json: { to: 'wares' } })
  await expect.poll(() => new URL(page.url()).pathname).toBe('/caches/wares')
  await expect(page.getByRole('textbox', { name: 'TTL' }).first()).toHaveValue('77s')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect.poll(async () => (await call('GET', '/admin/caches/wares')).json()).toMatchObject({ ttl: 77 })
})
