import { Buffer } from 'node:buffer'
import { eventTopics } from '../../src/shared/events'
import { channelOf, shellOperations } from '../../src/shared/ipc'
import { operations } from '../../src/shared/operations'
import { expect, skipOnElectron, test } from './desktop-test'
import { callBridge, failureOf } from './page-scripts'
import { createPayloads } from './random-payloads'

skipOnElectron()

const own = { url: 'app://larder/', origin: 'app://larder', parent: null }
/** Frames that do not show our page, and no frame at all. */
const strangers = [
  null,
  { url: 'https://example.com/', origin: 'https://example.com', parent: null },
  { url: 'app://larder.evil/', origin: 'app://larder.evil', parent: null },
  { url: 'app://other/', origin: 'app://other', parent: null },
  { url: 'https://larder/', origin: 'https://larder', parent: null },
  { url: 'file:///app://larder/', origin: 'null', parent: null },
  { url: 'app://larder/', origin: 'null', parent: null },
  { url: 'about:srcdoc', origin: 'app://larder', parent: own },
]

// S25. Red for each item when its line in src/main/desktop/main-window.ts, shell.ts,
// app-protocol.ts or src/main/index.ts says the opposite or is left out.
test('tells Electron every item of its checklist', async ({ desktop }) => {
  await desktop.page()
  const [options] = await desktop.ask('options')
  expect(options?.webPreferences).toEqual({
    preload: expect.stringMatching(/out\/preload\/index\.cjs$/),
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    spellcheck: false,
  })
  expect(await desktop.ask('shell')).toMatchObject({
    sandboxed: true,
    privileged: [{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } }],
    userData: `${desktop.server.home}/desktop`,
  })
})

// S25. Red when one of the two handlers of `denyPermissions` is left out, or when `allowed` is
// true.
test('denies every permission, both ways of asking', async ({ desktop }) => {
  for (const name of [
    'media',
    'geolocation',
    'notifications',
    'midi',
    'midiSysex',
    'pointerLock',
    'fullscreen',
    'openExternal',
    'clipboard-read',
    'display-capture',
    'hid',
    'serial',
    'usb',
    'idle-detection',
    'unknown',
    '__proto__',
  ])
    expect(await desktop.ask('permission', name), name).toEqual({ requested: false, checked: false })
  expect(await desktop.ask('permission', 'clipboard-sanitized-write')).toEqual({ requested: true, checked: true })
})

// S25. Red when a listener of `denyEscapes` is left out, or when `isPage` accepts every path of our
// origin, and thus the stored value.
test('stays where it is: navigation, windows and webviews are refused', async ({ desktop, overview }) => {
  const { server } = desktop
  await fetch(`${server.url}/v1/evil`, {
    method: 'PUT',
    headers: { 'Api-Key': server.apiKey, 'Content-Type': 'text/html' },
    body: '<script>document.title = "ran"</script>',
  })
  for (const target of ['https://example.com/', `${server.url}/`, '/v1/evil', '/openapi.json', 'data:text/html,x']) {
    await overview.evaluate(`void setTimeout(() => { location.href = ${JSON.stringify(target)} })`)
    await expect(overview.getByRole('table', { name: 'Caches' })).toBeVisible()
    expect(overview.url(), target).toBe(`${desktop.origin}/`)
  }
  expect(await overview.evaluate('open("https://example.com/")')).toBe(null)
  await overview.evaluate(`{
    const link = Object.assign(document.createElement('a'), { href: 'https://example.com/', target: '_blank' })
    document.body.append(link)
    link.click()
  }`)
  await expect.poll(async () => (await desktop.ask('recorded')).wanted).toEqual(Array.from({ length: 2 }, () => ({ url: 'https://example.com/', action: 'deny' })))
  for (const event of ['will-attach-webview', 'will-redirect'])
    expect(await desktop.ask('navigationEvents', event, 'app://larder/'), event).toBe(true)
  expect(await desktop.ask('navigationEvents', 'will-navigate', 'app://larder/caches/default')).toBe(false)
  for (const url of [
    'app://larder/v1/evil',
    'app://larder/theme.js',
    'app://larder/caches/a/b',
    'app://other/',
    'app:larder/',
    'javascript:alert(1)',
    'file:///etc/passwd',
    '',
  ])
    expect(await desktop.ask('navigationEvents', 'will-navigate', url), url).toBe(true)
  expect((await desktop.ask('recorded')).opened).toEqual([])
})

// S24. Red when the call of `isTrustedSender` in src/main/desktop/ipc.ts is left out.
test('answers no frame but our own', async ({ desktop }) => {
  await desktop.page()
  for (const name of [
    ...Object.keys(operations),
    ...Object.keys(shellOperations),
  ] as Parameters<typeof channelOf>[0][]) {
    for (const frame of strangers) {
      expect(
        await desktop.ask('forge', channelOf(name), {}, frame),
        `${name} from ${frame?.origin}`,
      ).toMatchObject({ ok: false, error: { code: 'cross-origin' } })
    }
  }
  expect(await desktop.ask('forge', channelOf('switch.get'), {}, own)).toEqual({ ok: true, value: { enabled: true } })
})

// S24. Red when `checkPlainInput` in src/main/desktop/ipc.ts is left out: a cycle overflows the
// stack, and an unexpected error is answered as `internal`.
test('random input is refused by its schema, 10,000 times over', async ({ desktop }) => {
  await desktop.page()
  const names = [
    ...Object.keys(operations),
    'shell.start',
  ].filter(name => name !== 'health.live') as Parameters<typeof channelOf>[0][]
  const answers = await desktop.ask('flood', names.map(channelOf), 10_000, createPayloads.toString(), own)
  expect(answers.total).toBe(10_000)
  expect(Object.keys(answers.codes).filter(code => code === 'internal' || code === 'unhandled')).toEqual([])
  expect(answers.codes['invalid-input']).toBeGreaterThan(5000)
  expect((await fetch(`${desktop.server.url}/healthz`)).status).toBe(200)
  expect(await desktop.ask('recorded')).toMatchObject({ notifications: [] })
})

// S24. This is the whole surface: any addition here gives the scripts of the page more rights.
test('exposes these functions and nothing else', async ({ overview }) => {
  const surface = await overview.evaluate<Record<string, string[]>>(
    `Object.fromEntries(Object.entries(larder).map(([name, value]) => [name, typeof value === 'function' ? 'function' : Object.entries(value).map(([key, inner]) => key + ' ' + typeof inner)]))`,
  )
  expect(surface).toEqual({
    operations: Object.keys(operations).map(name => `${name} function`),
    shell: ['state function', 'diagnostics function', 'start function'],
    subscribe: 'function',
  })
  expect(await overview.evaluate(
    '["require", "process", "Buffer", "ipcRenderer", "electron", "module", "standinSend"].filter(name => name in globalThis)',
  )).toEqual([])
  expect(await failureOf(overview, 'larder.operations["switch.get"] = () => 1')).toMatch(/TypeError|^$/)
  expect(await callBridge(overview, 'switch.get')).toEqual({ ok: true, value: { enabled: true } })
  for (const topic of ['"nothing"', '"__proto__"', '42', 'null'])
    expect(await failureOf(overview, `larder.subscribe(${topic}, () => {})`), topic).toContain('TypeError')
  expect(Object.keys(eventTopics).length).toBeGreaterThan(5)
})

test('a value that cannot be cloned fails, and the next call works', async ({ overview }) => {
  for (const value of [
    '{ enabled: () => {} }',
    '{ enabled: document.body }',
    '{ enabled: new WeakMap() }',
    '() => {}',
    '(() => { const cycle = {}; cycle.enabled = cycle; return cycle })()',
  ])
    expect(await failureOf(overview, `larder.operations['switch.set'](${value})`), value).not.toBe('')
  for (const value of [
    'new Map()',
    '{ enabled: 1n }',
    '{ enabled: new Date() }',
    '{ enabled: new Uint8Array(4) }',
    '{ enabled: "x".repeat(300000) }',
    '{ ["__proto__"]: true, enabled: true }',
  ]) {
    expect(
      await overview.evaluate(`larder.operations['switch.set'](${value}).then(({ error }) => error.code)`),
      value,
    ).toMatch(/^(?:invalid-input|too-large)$/)
  }
  expect(await callBridge(overview, 'switch.get')).toEqual({ ok: true, value: { enabled: true } })
})

// S19, S21 for the window. Red when `headers` of the Response in src/main/desktop/app-protocol.ts
// is left out.
test('serves files by their names alone, with the policy', async ({ desktop, overview }) => {
  const { server } = desktop
  const read = (path: string): Promise<[number, string | null, string]> =>
    overview.evaluate(
      `fetch(${JSON.stringify(path)}).then(async r => [r.status, r.headers.get('content-security-policy'), await r.text()])`,
    )
  const [status, policy] = await read('/')
  expect([status, policy]).toEqual([200, (await fetch(server.url)).headers.get('Content-Security-Policy')])
  for (const path of [
    '/..%2f..%2fpackage.json',
    '/%2e%2e/package.json',
    '/assets/..%2f..%2fmain/index.js',
    '/index.cjs',
    '/c:/windows',
    '/%00',
    '//etc/passwd',
    '/etc/passwd',
  ]) {
    const [found, , text] = await read(path).catch((): [number, null, string] => [404, null, ''])
    expect(found, path).toBeGreaterThanOrEqual(400)
    expect(text, path).not.toContain('"name": "larder"')
  }
  await fetch(`${server.url}/v1/evil`, {
    method: 'PUT',
    headers: { 'Api-Key': server.apiKey, 'Content-Type': 'text/html' },
    body: '<b>',
  })
  const [, inert] = await read('/v1/evil')
  expect(inert).toContain('sandbox')
})

test('the API is there as apps have it: with the owner\'s rights, or with the key that is given', async ({
  desktop,
  overview,
}) => {
  const large = 3_000_000
  const put = await overview.evaluate<number>(
    `fetch('/api/caches/default/entries/big', { method: 'PUT', body: new Blob([new Uint8Array(${large}).fill(7)]) }).then(r => r.status)`,
  )
  expect(put).toBe(201)
  const stored = await fetch(
    `${desktop.server.url}/api/caches/default/entries/big`,
    { headers: { 'Api-Key': desktop.server.apiKey } },
  )
  expect(Buffer.from(await stored.arrayBuffer()).equals(Buffer.alloc(large, 7))).toBe(true)
  expect(await overview.evaluate(
    `fetch('/v1/big', { headers: { 'Api-Key': 'lk_wrong' } }).then(r => r.status)`,
  )).toBe(401)
  expect(await overview.evaluate(`fetch('/v1/nothing', { method: 'DELETE' }).then(r => r.status)`)).toBe(200)
  expect(await overview.evaluate(
    `fetch('/v1/big', { method: 'HEAD' }).then(async r => [r.status, (await r.text()).length])`,
  )).toEqual([200, 0])
  // An endless response ends when the page aborts it.
  expect(await overview.evaluate(`(async () => {
    const abortion = new AbortController()
    const response = await fetch('/events', { signal: abortion.signal })
    await response.body.getReader().read()
    abortion.abort()
    return response.status
  })()`)).toBe(200)
})
