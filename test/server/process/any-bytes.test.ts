import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchServer } from '../../helpers/launch-server'
import { connectRedis } from '../../helpers/redis-connection'
import { build, script } from './launch'

/** Keys of any bytes, stored over Redis: the command line lists, reads, changes and drops them. */
const keys: readonly (readonly [name: string, bytes: Buffer, written: string])[] = [
  ['no UTF-8', Buffer.from([0xFF, 0xFE, 0x41]), '%FF%FEA'],
  ['a line feed', Buffer.from('a\nb'), 'a%0Ab'],
  ['a NUL', Buffer.from([0x61, 0, 0x62]), 'a%00b'],
  ['CR LF', Buffer.from('\r\n'), '%0D%0A'],
  ['a percent sign', Buffer.from('100%'), '100%25'],
  ['half a character', Buffer.from('grün').subarray(0, 3), 'gr%C3'],
  ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), ''],
]

let server: Awaited<ReturnType<typeof launchServer>>
let redis: Awaited<ReturnType<typeof connectRedis>>

beforeAll(async () => {
  await build()
  server = await launchServer({ env: { LARDER_REDIS_PORT: '0' } })
  const settings = await fetch(`${server.url}/admin/settings`, { headers: { 'Api-Key': server.apiKey } })
  redis = await connectRedis(Number(new URL((await settings.json() as { redis: string }).redis).port))
  expect(await redis.send('AUTH', 'default', server.apiKey)).toBe('OK')
}, 240_000)
afterAll(async () => {
  redis?.close()
  await server?.stop()
})

async function larder(...words: string[]): Promise<string> {
  const env = { ...process.env, LARDER_HOME: server.home, LARDER_API_KEY: server.apiKey }
  return (await promisify(execFile)(process.execPath, [script, ...words], { env })).stdout
}

// Red: in src/main/cli/commands/listing.ts let `show` always be spellKey.
it.each(keys)('%s', async (_, bytes, expected) => {
  const written = expected === '' ? [...bytes].map(byte => percentOf(byte)).join('') : expected
  expect(await redis.send('SET', bytes, 'first')).toBe('OK')
  const [listed = '', ...others] = (await larder('keys', 'db0', '--percent')).split('\n').filter(line => line !== '')
  expect(others).toEqual([])
  expect(listed).toContain(expected === '' ? '%FF' : written)
  expect(await larder('get', 'db0', written, '--percent')).toBe('first')
  await larder('set', 'db0', written, 'second', '--percent')
  expect(await redis.send('GET', bytes)).toEqual(Buffer.from('second'))
  await larder('del', 'db0', written, '--percent', '--yes')
  expect(await redis.send('EXISTS', bytes)).toBe(0)
})

function percentOf(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}
