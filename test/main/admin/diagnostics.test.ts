import type { LogLine } from '../../../src/shared/server-log'
import { describe, expect, it } from 'vitest'
import { createNameRemover } from '../../../src/main/base/without-names'
import { writeTroubleReport } from '../../../src/main/desktop/trouble-report'
import { goodWatch } from '../../helpers/server-watch'
import { startAdministration } from './harness'

const key = 'lk_abc_Kq7Canary3Zx9Canary5Wv1Canary8Rt2Canary6Pm4_12345678'
const time = '2026-01-01T00:00:00.000Z'
function lineOf(message: string, fields: LogLine['fields'] = {}): LogLine {
  return { time, level: 'warn', source: 'server', message, fields }
}

/** Names that are plain words as well, which nothing but the list of names can tell. */
const canaries = {
  user: 'Canaryuser Lovelace',
  cache: 'canarycache',
  otherCache: 'canary-cache.7',
  label: 'canarylabel of CI',
  connection: 'canarymain',
  host: 'canaryhost',
}
const log: LogLine[] = [
  lineOf('a connection is down', { connection: canaries.connection, reason: `connect ECONNREFUSED ${canaries.host}:6379` }),
  lineOf('a gateway does not listen', { cache: canaries.cache, reason: `Port 7803 of ${canaries.otherCache} is taken.` }),
  lineOf(`the user ${canaries.user} is gone`, { entries: 3, found: true, nothing: null }),
  lineOf('unexpected error', {
    error: `Unexpected token in "canary words", 'canary', \`canary\` of user:1:canary`,
    stack: 'TypeError: no canary7 of /home/canary/x\n    at readCanary7 (/home/canary/out/main/larder.js:10:20)\n'
      + '    at async invoke (file:///C:/Users/canary/larder.js:1:2)\n    at node:internal/canary_7/x:1:2',
  }),
  lineOf(`at https://canary.example/canary?a=canary and C:\\canary\\x and 10.1.2.3 and canary@example.org`),
  lineOf(`with ${key} and redis://canary:canary@x \`\`\`\n\`\`\` canary7`),
  lineOf('a field', { 'canary-field': 'x' }),
]

async function start() {
  const started = await startAdministration({
    readLog: async () => ({ lines: log, cursor: null, unreadable: 0 }),
    watch: () => ({
      ...goodWatch,
      connections: [{ name: canaries.connection, driver: 'redis', state: 'down' }],
      troubles: [{ part: 'connections', severe: false, sentence: `1 connection is down: ${canaries.connection}.` }],
    }),
    ownerName: 'canaryowner',
    info: { version: '0.1.0', home: '/home/canary', url: () => 'http://canary-server.local:7777', redis: () => null, startedAt: 0 },
  })
  const { call } = started
  await call('users.create', { name: canaries.user, password: 'canary-password' })
  await call('connections.create', {
    name: canaries.connection,
    driver: 'redis',
    url: `redis://${canaries.host}:6379`,
    user: 'canaryreader',
    password: 'canary-secret',
  })
  await call('caches.create', { name: canaries.cache, ttl: 60, persistent: true })
  await call('caches.create', {
    name: canaries.otherCache,
    ttl: null,
    source: { connection: canaries.connection },
  })
  await call('keys.create', { label: canaries.label, caches: [canaries.cache] })
  return started
}

describe('diagnostics', () => {
  // Red: in src/main/admin/log.ts leave a row out of `names`.
  it('hold no name, key, value, address, path or secret', async () => {
    const { call } = await start()
    const { text } = await call('diagnostics.get')
    expect(text.split('\n').filter(line => /canary|Lovelace|10\.1\.2\.3|example/i.test(line))).toEqual([])
  })

  it('say what a report needs', async () => {
    const { call } = await start()
    const { text } = await call('diagnostics.get')
    for (const fact of [
      `- Larder 0.1.0 under Node ${process.versions.node}`,
      `- ${process.platform} ${process.arch}`,
      'users 2, caches 4, entries 12, keys 3, connections 1',
      '- stores: metadata ok, entries ok',
      '- connections: redis down',
      '- event loop: p99 4.0 ms, max 20.0 ms',
      '- wrong: connections',
      '- 3: entries 3, bytes 300; ttl 60; persistent true',
      '- 4: entries 3, bytes 300; source redis',
      'warn  server  a connection is down  connection=<connection-1>  reason=connect ECONNREFUSED <address-',
      'a gateway does not listen  cache=<cache-',
      'entries=3  found=true  nothing=null',
      'TypeError: no … of … at (larder.js:10:20) at invoke (larder.js:1:2)',
    ])
      expect(text).toContain(fact)
    expect(text.match(/^```$/gm)).toHaveLength(2)
  })

  it('are for administrators', async () => {
    const { call, signIn } = await start()
    const other = await signIn(canaries.user, 'canary-password')
    await expect(call('diagnostics.get', {}, other)).rejects.toMatchObject({ code: 'admin-only' })
    await expect(call('logs.list', {}, other)).rejects.toMatchObject({ code: 'admin-only' })
  })
})

// Red: in src/main/base/without-names.ts let `text` of `withoutAllNames` be its `message`.
it('says less where no server runs that knows the names', () => {
  const report = writeTroubleReport('0.1.0', [
    lineOf('the server could not start', { error: 'canaryhost says EADDRINUSE, canarycache', port: 7777 }),
    lineOf('LARDER_CONNECTION_CANARY in /home/canary/.env is ignored'),
    lineOf('unexpected error', { stack: 'Error: canarycache\n    at start (/home/canary/larder.js:1:2)' }),
  ])
  expect(report).not.toMatch(/canary/i)
  expect(report).toContain('the server could not start  error=EADDRINUSE  port=7777')
  expect(report).toContain('… in … is ignored')
  expect(report).toContain('stack=at start (larder.js:1:2)')
})

it('finds names with capitals, and never inside of another word', () => {
  const { text } = createNameRemover({ cache: ['down', ''], user: ['Down', 'a'] })
  expect(text('It is DOWN, it went downhill: a')).toBe('It is <cache-1> , it went downhill: <user-2>')
})
