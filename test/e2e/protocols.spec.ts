import type { RedisConnection } from '../helpers/redis-connection'
import type { ConsoleFixtures } from './console-test'
import { connectRedis } from '../helpers/redis-connection'
import { expectAccessible } from './accessibility'
import { expect, skipWithoutBrowser, test } from './console-test'

skipWithoutBrowser()

/** A Redis client that uses a cache, as a library announces itself. */
async function connect({ call, server }: Pick<ConsoleFixtures, 'call' | 'server'>): Promise<RedisConnection> {
  const { redis } = await (await call('GET', '/admin/settings')).json() as { redis: string }
  const connection = await connectRedis(Number(new URL(redis).port))
  expect(await connection.pipeline([
    ['AUTH', server.apiKey],
    ['CLIENT', 'SETINFO', 'LIB-NAME', 'ioredis'],
    ['CLIENT', 'SETINFO', 'LIB-VER', '5.4.1'],
    ['CLIENT', 'SETNAME', 'shop'],
  ])).toEqual(['OK', 'OK', 'OK', 'OK'])
  return connection
}

// Red: in src/renderer/src/views/settings/ProtocolsPanel.vue leave out `also`.
test('shows clients, their rate and the commands that there are not, and disconnects one', {
  tag: '@screen',
}, async ({ openConsole, call, server }) => {
  const connection = await connect({ call, server })
  const page = await openConsole('/settings')
  const panel = page.getByRole('region', { name: 'Protocols' })
  const table = panel.getByRole('table', { name: 'Redis clients' })
  await expect(panel).toContainText(/Redis clients connect to port \d+\./)
  await expect(table.getByRole('row').nth(1)).toContainText('ioredis 5.4.1 shop')
  await expect(panel).not.toContainText('Commands that Larder does not have')
  await connection.pipeline(Array.from({ length: 14 }, () => ['XADD', 's', '*', 'a', 'b']))
  await expect(panel).toContainText('Your app sent XADD 14 times.')
  await connection.send('GET', 'a')
  await expect(table.getByRole('row').nth(1)).toContainText('GET')
  await expectAccessible(page)

  await panel.getByRole('combobox', { name: 'Redis URL for the cache' }).selectOption('default')
  await expect(panel.locator('pre')).toHaveText(/^redis:\/\/default:\$LARDER_API_KEY@localhost:\d+$/)
  await panel.getByRole('button', { name: 'Insert my API key' }).click()
  await expect(panel.locator('pre')).toHaveText(/^redis:\/\/default:lk_\w+@localhost:\d+$/)

  await panel.getByRole('button', { name: /^Disconnect client \d+$/ }).click()
  await connection.closed
  await expect(table).toContainText('No Redis client is connected.')
})

// Red: in src/renderer/src/views/settings/ServerPanel.vue leave redisOff out of `fields`.
test('what Redis clients see while caching is off is chosen, explained, and undone', {
  tag: '@screen',
}, async ({ openConsole, call, server }) => {
  const connection = await connect({ call, server })
  const page = await openConsole('/settings')
  const panel = page.getByRole('region', { name: 'Server' })
  const choice = panel.getByRole('combobox', { name: 'While caching is off, Redis clients see' })
  await expect(choice).toHaveValue('error')
  await choice.selectOption('miss')
  await expect(choice).toHaveAccessibleDescription(/Reads find nothing.*No client notices anything/)
  await panel.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Settings saved.').first()).toBeAttached()
  await call('PUT', '/admin/switch', { json: { enabled: false } })
  await expect(page.getByText('Redis clients: Reads find nothing, and writes succeed and keep nothing.')).toBeVisible()
  expect(await connection.send('SET', 'a', 'v')).toBe('OK')
  expect(await connection.send('GET', 'a')).toBeNull()
  await expect(page.getByText(/: 2 requests turned away/)).toBeVisible()
  await call('PUT', '/admin/switch', { json: { enabled: true } })

  await page.goto(`${new URL(page.url()).origin}/caches/default?tab=settings`)
  const own = page.getByRole('combobox', { name: 'Redis while off' })
  await expect(own).toHaveValue('')
  await own.selectOption('refuse')
  await expect(own).toHaveAccessibleDescription(/Connections are reset/)
  await page.getByRole('button', { name: 'Save' }).click()
  await expect.poll(async () => await (await call('GET', '/admin/caches/default')).json())
    .toMatchObject({ redisOff: 'refuse' })
  connection.close()
})

// Red: in src/renderer/src/views/requests/RequestDetail.vue let `isRedis` be false.
test('a call over Redis reads well in the request log', { tag: '@screen' }, async ({ openConsole, call, server }) => {
  const connection = await connect({ call, server })
  await call('PUT', '/v1/by-http', { body: 'x' })
  await connection.pipeline([['SET', 'product:1', 'v'], ['GET', 'product:1'], ['GET', 'gone'], ['FLUSHDB']])
  await call('PUT', '/admin/switch', { json: { enabled: false } })
  await connection.send('GET', 'product:1')
  await call('PUT', '/admin/switch', { json: { enabled: true } })
  const page = await openConsole('/requests?filter=face:redis')
  const grid = page.getByRole('grid', { name: 'Requests' })
  await expect(grid.getByText('by-http')).toHaveCount(0)
  await expect(grid.getByText('FLUSHDB').first()).toBeAttached()
  const row = (result: string) =>
    grid.getByRole('row').filter({ hasText: result }).filter({ hasText: 'product:1' })
  await row('Hit').click()
  const detail = page.getByRole('region', { name: 'GET' })
  await expect(detail).toContainText('Came by')
  await expect(detail).toContainText(/redis-cli -u "redis:\/\/db0:\$LARDER_API_KEY@localhost:\d+" GET product:1/)
  await expect(detail).not.toContainText('Status')
  await expect(detail).not.toContainText('503')
  await row('Caching off').click()
  await expect(detail).toContainText('All caching is switched off')
  await expect(detail).not.toContainText('503')
  await expectAccessible(page)
  connection.close()
})

// Red: in src/renderer/src/api/entries.ts let `by` always be `entries`, or draw keys as they are.
for (const [name, bytes, shown] of [
  ['no UTF-8', Buffer.from([0xFF, 0xFE, 0x41]), 'A'],
  ['a line feed', Buffer.from('line\nfeed'), 'feed'],
  ['a NUL', Buffer.from('nul\0end'), 'end'],
] as const) {
  test(`a key with ${name} is listed, read, changed and dropped`, { tag: '@screen' }, async ({
    openConsole,
    call,
    server,
  }) => {
    const connection = await connect({ call, server })
    expect(await connection.send('SET', bytes, 'first')).toBe('OK')
    const page = await openConsole('/caches/db0')
    const entry = page.getByRole('region', { name: 'Entry' })
    await page.getByRole('grid', { name: 'Entries' }).getByRole('row').filter({ hasText: shown }).last().click()
    await expect(entry).toContainText('first')
    await entry.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'Value' }).fill('second')
    await page.keyboard.press('Control+s')
    await expect.poll(async () => String(await connection.send('GET', bytes))).toBe('second')
    await entry.getByRole('button', { name: 'Invalidate' }).click()
    await expect.poll(() => connection.send('EXISTS', bytes)).toBe(0)
    await page.getByRole('region', { name: 'Messages' }).locator('.card').filter({ hasText: 'Invalidated' })
      .getByRole('button', { name: 'Undo' }).first().click()
    await expect.poll(async () => String(await connection.send('GET', bytes))).toBe('second')
    connection.close()
  })
}
