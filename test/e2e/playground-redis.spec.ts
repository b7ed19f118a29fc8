import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

function partsOf(page: Page): Record<'commands' | 'run' | 'replies' | 'suggestions', Locator> {
  return {
    commands: page.getByRole('textbox', { name: 'Commands' }),
    run: page.getByRole('button', { name: 'Run', exact: true }),
    replies: page.getByRole('list', { name: 'Replies' }),
    suggestions: page.getByRole('list', { name: 'Suggestions' }),
  }
}

async function openTab(page: Page): Promise<ReturnType<typeof partsOf>> {
  await page.getByRole('tab', { name: 'Redis' }).click()
  const parts = partsOf(page)
  await parts.commands.waitFor()
  return parts
}

test('runs commands as one connection, and shows replies as redis-cli does', async ({ openConsole, call }) => {
  await call('POST', '/admin/caches', { json: { name: 'shop', ttl: 300 } })
  const page = await openConsole('/playground')
  const { commands, run, replies } = await openTab(page)
  await expect(page.getByText('Nothing has been run yet')).toBeVisible()
  await page.getByLabel('Cache', { exact: true }).selectOption('shop')
  await commands.fill('SET "a b" "x\\xff"\nGET "a b"\nMGET none "a b"\nSTRLEN none\nNONSENSE')
  await run.click()
  await expect(replies.getByLabel('Reply', { exact: true })).toHaveText([
    'OK',
    '"x\\xff"',
    /1\) \(nil\)\s+2\) "x\\xff"/,
    '(integer) 0',
    /\(error\) ERR unknown command 'NONSENSE'/,
  ])
  await expect(replies).toContainText('array of 2')
  await expectAccessible(page)
  const stored = await call('GET', '/api/caches/shop/entries/a%20b')
  expect([...new Uint8Array(await stored.arrayBuffer())]).toEqual([0x78, 0xFF])

  await replies.getByText('Bytes').first().click()
  await expect(replies.getByLabel('Bytes of the request').first()).toContainText('*3\\r\\n')
  await expect(replies.getByLabel('Bytes of the reply').first()).toHaveText('+OK\\r\\n')

  await page.getByText('RESP3', { exact: true }).click()
  await commands.fill('CONFIG GET maxmemory-policy')
  await run.click()
  await expect(replies).toContainText('map of 1')

  await commands.fill('GET "a b"')
  await run.click()
  await replies.getByRole('link', { name: 'GET a b – hit' }).click()
  await expect(page).toHaveURL(/\/requests\?filter=face:redis/)
  // The list holds still while it is pointed at.
  await page.mouse.move(0, 0)
  await expect(page.getByRole('row', { name: /^Hit .*GET shop a b/ })).toBeVisible()
})

// Red: in src/renderer/src/views/playground/redis/CommandField.vue leave out a key of `onKey`.
test('completes commands, explains them, and goes through what was run before', {
  tag: '@screen',
}, async ({ openConsole }) => {
  const page = await openConsole('/playground')
  const { commands, replies, suggestions } = await openTab(page)
  await commands.pressSequentially('getd')
  await expect(suggestions.getByRole('listitem')).toHaveText(/GETDEL.*Tab/)
  await expectAccessible(page)
  await commands.press('Tab')
  await expect(commands).toHaveValue('GETDEL ')
  await expect(page.getByText('GETDEL key', { exact: true })).toBeVisible()
  await expect(page.getByText('scopes read and write')).toBeVisible()
  await commands.pressSequentially('a')
  await commands.press('Enter')
  await expect(replies).toContainText('(nil)')

  await commands.fill('client setn')
  await suggestions.getByRole('button', { name: /CLIENT SETNAME/ }).click()
  await expect(commands).toHaveValue('CLIENT SETNAME ')
  await commands.fill('PING')
  await commands.press('Enter')
  await expect(replies).toContainText('PONG')
  await commands.fill('ge')
  await commands.press('Escape')
  await expect(suggestions).toBeHidden()
  await commands.press('ArrowUp')
  await expect(commands).toHaveValue('PING')
  await commands.press('ArrowUp')
  await expect(commands).toHaveValue('GETDEL a')
  await commands.press('ArrowDown')
  await commands.press('ArrowDown')
  await expect(commands).toHaveValue('ge')

  await page.getByRole('button', { name: 'Run PING again' }).click()
  await expect(replies).toContainText('PONG')
})

// Red: in src/renderer/src/views/playground/redis/RedisPlayground.vue let `agrees` be true.
test('asks before it empties a cache, and refuses what needs a connection', {
  tag: '@screen',
}, async ({ openConsole, call }) => {
  await call('PUT', '/v1/kept', { body: 'x' })
  const page = await openConsole('/playground')
  const { commands, run, replies } = await openTab(page)
  await commands.fill('FLUSHDB')
  await run.click()
  const question = page.getByRole('dialog', { name: 'Empty the cache default?' })
  await question.getByRole('button', { name: 'Cancel' }).click()
  expect((await call('GET', '/v1/kept')).status).toBe(200)
  await run.click()
  await question.getByRole('button', { name: 'Empty the cache default' }).click()
  await expect(replies).toContainText('OK')
  expect((await call('GET', '/v1/kept')).status).toBe(404)

  await commands.fill('MONITOR')
  await run.click()
  await expect(replies).toContainText('MONITOR needs a connection that stays open')
})

test('a command copies as code for an app', { tag: '@screen' }, async ({ openConsole, call }) => {
  await call('POST', '/admin/caches', { json: { name: 'shop', ttl: 300 } })
  const page = await openConsole('/playground')
  const { commands } = await openTab(page)
  await commands.fill('GET a')
  await expect(page.getByText('No client can name the cache default')).toBeVisible()
  await page.getByLabel('Cache', { exact: true }).selectOption('shop')
  await commands.fill('GET "it\'s"')
  const code = page.getByRole('region', { name: 'In your app' })
  await code.getByRole('tab', { name: 'redis-cli' }).click()
  await expect(code).toContainText(/redis-cli -u "redis:\/\/shop:\$LARDER_API_KEY@localhost:\d+" GET 'it'\\''s'/)
  await code.getByRole('tab', { name: 'redis-py' }).click()
  await expect(code).toContainText('r.get(\'it\\\'s\')')
})
