import type { TestLarder } from '../../helpers/start-larder'
import type { Line } from './shells'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { commands } from '../../../src/main/cli/commands/index'
import { completionScripts } from '../../../src/main/cli/completion-scripts'
import { temporaryFolder } from '../../helpers/folder'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { controlOf, larder } from './harness'
import { offersOf, shells } from './shells'

let server: TestLarder
beforeAll(async () => {
  server = await startLarder()
  await server.send('POST', '/admin/caches', { body: '{"name":"products","ttl":60}' })
  for (const name of ['ben', '$(reboot)', '-x'])
    await server.send('POST', '/admin/users', { body: JSON.stringify({ name, password: 'long-enough' }) })
})
afterAll(() => server.dispose())

const globals = ['--json', '--url', '--home', '--help', '--version']
function namesOf(stdout: string): string[] {
  return stdout.split('\n').filter(line => line !== '').map(line => line.split('\t')[0] ?? '')
}

/** What may come next, asked of a running server. */
async function complete(...line: Line): Promise<string[]> {
  const outcome = await larder(
    ['__complete', '--url', server.url, ...line],
    { env: { LARDER_API_KEY: ownerKey } },
  )
  expect([outcome.code, outcome.stderr]).toEqual([0, ''])
  return namesOf(outcome.stdout)
}

interface Row { line: Line, offers: string[] }
const firstWords = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))]
/** Every command, subcommand, flag and known value of the table. */
const rows: Row[] = [
  { line: [''], offers: firstWords },
  ...firstWords.flatMap((first): Row[] => {
    const seconds = commands.flatMap(({ name }) => name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : [])
    return seconds.length === 0 ? [] : [{ line: [first, ''], offers: seconds }]
  }),
  ...commands.flatMap(({ name, flags, arguments: [argument] }): Row[] => [
    { line: [...name.split(' '), '--'], offers: [...[...flags.keys()].map(flag => `--${flag}`), ...globals] },
    ...[...flags].flatMap(([flag, { completes }]) =>
      Array.isArray(completes) ? [{ line: [...name.split(' '), `--${flag}`, ''], offers: completes as string[] }] : []),
    ...Array.isArray(argument?.completes)
      ? [{ line: [...name.split(' '), ''], offers: argument.completes as string[] }]
      : [],
  ]),
]

describe('what may come next', () => {
  it.each(rows)('larder $line', async ({ line, offers }) => {
    expect(namesOf((await larder(['__complete', ...line])).stdout).sort()).toEqual([...offers].sort())
  })

  it.each<[Line, string[]]>([
    [['ke'], ['keys', 'key']],
    [['keys', ''], ['default', 'products']],
    [['keys', 'p'], ['products']],
    [['get', 'products', ''], []],
    [['caches', 'create', ''], []],
    [['caches', 'del'], ['delete']],
    [['caches', 'delete', 'd'], ['default']],
    [['--json', 'keys', 'p'], ['products']],
    [['keys', 'products', '--sort', 's'], ['size']],
    [['keys', 'products', '--sort=s'], ['--sort=size']],
    [['keys', 'products', '--sort', 'size', '--s'], []],
    [['keys', 'products', '--prefix', ''], []],
    [['keys', '--', '--'], []],
    [['keys', '--', 'p'], ['products']],
    [['key', 'create', '--scopes', 'read,w'], ['read,write']],
    [['key', 'create', '--caches=default,p'], ['--caches=default,products']],
    [['help', 'caches', 'c'], ['create']],
    [['users', 'disable', 'b'], ['ben']],
    [['users', 'disable', '$'], []],
    [['users', 'disable', '-'], ['--json', '--home', '--help', '--version']],
    [['serve', '--vault', 'k'], ['keychain']],
    [['serve', '--tls-cert', ''], [':file']],
    [['serve', '--tls-cert=/e'], [':file']],
    [['--ho'], ['--home', '--host']],
    [['--home', ''], [':file']],
    [['nonsense', ''], []],
    [['nonsense', '--j'], ['--json']],
    [['switch', 'o'], ['on', 'off']],
    [['call', 'session.'], ['session.create', 'session.get', 'session.delete', 'session.code', 'session.page']],
  ])('larder %j offers %j', async (line, offers) => {
    expect((await complete(...line)).sort()).toEqual([...offers].sort())
  })

  it('offers API keys by their ids', async () => {
    const [key] = (await server.send('GET', '/admin/keys')).json<{ id: string }[]>()
    expect(await complete('key', 'rotate', '')).toEqual([key?.id])
  })

  it('says nothing where nobody answers, and where the key is refused', async () => {
    for (const url of [[], ['--url', 'http://127.0.0.1:1'], ['--url', 'nonsense'], ['--url', server.url]])
      expect(await larder(['__complete', ...url, 'keys', ''])).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(await larder(['__complete', 'keys', ''], { files: { ...controlOf('x') }, env: { LARDER_HOME: '~/x' } }))
      .toMatchObject({ code: 0, stdout: '', stderr: '' })
  })

  it('gives up on a server that never answers', async () => {
    const silent = createServer(socket => socket.on('error', () => {})).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    onTestFinished(() => void silent.close())
    const url = `http://127.0.0.1:${(silent.address() as { port: number }).port}`
    const env = { LARDER_API_KEY: ownerKey }
    const outcome = await larder(['__complete', '--url', url, 'keys', ''], { env })
    expect(outcome).toMatchObject({ code: 0, stdout: '', stderr: '' })
  })
})

describe('completion', () => {
  it.each(Object.keys(completionScripts))('%s prints the script', async (shell) => {
    const outcome = await larder(['completion', shell])
    expect(outcome).toMatchObject({ code: 0, stdout: `${completionScripts[shell]}\n`, stderr: '' })
  })

  it.each([
    [[], 'completion needs <shell>: bash, zsh, fish'],
    [['tcsh'], 'completion tcsh: must be one of bash, zsh, fish'],
    [['constructor'], 'must be one of'],
  ])('%j is refused', async (argv, message) => {
    const outcome = await larder(['completion', ...argv])
    expect(outcome).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining(message) })
  })
})

describe.each(Object.entries(shells))('the script in %s', (name, { program }) => {
  it.skipIf(!program.available)(`offers every command, flag and value ${program.reason}`, async () => {
    const answers = await Promise.all(rows.map(async ({ line }) => (await larder(['__complete', ...line])).stdout))
    const script = completionScripts[name] ?? ''
    const offered = await offersOf(name, script, rows.map(({ line }) => line), answers, temporaryFolder())
    for (const [n, { line, offers }] of rows.entries()) {
      const { args, candidates } = offered[n] ?? {}
      expect([args, candidates?.sort()]).toEqual([['__complete', ...line], [...offers].sort()])
    }
  })

  it.skipIf(!program.available)(`completes inside words, and files ${program.reason}`, async () => {
    const lines: Line[] = [
      ['keys', 'products', '--sort=s'],
      ['--url', 'http://localhost:7777', 'keys', 'p'],
      ['--url=http://localhost:7777', 'keys', 'p'],
      ['serve', '--tls-cert', 'cert'],
      ['keys', ''],
    ]
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'certificate.pem'), '')
    const answers = ['--sort=size\n', 'products\n', 'products\n', ':file\n', '']
    const offered = await offersOf(name, completionScripts[name] ?? '', lines, answers, folder)
    expect(offered.map(({ args }) => args)).toEqual(lines.map(line => ['__complete', ...line]))
    // Bash replaces only what stands behind the =.
    expect(offered.map(({ candidates }) => candidates)).toEqual(
      [[name === 'bash' ? 'size' : '--sort=size'], ['products'], ['products'], ['certificate.pem'], []],
    )
  })
})
