import type { Recipe } from './blocks'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { recipeBooks, recipesOf } from './blocks'

const root = join(import.meta.dirname, '../../..')

/** What is not run here, and why. Each has to stand in a document. */
const elsewhere: [sign: RegExp, reason: string][] = [
  [/^npm test\b/, 'it would run this test'],
  [/^npm run package:check\b/, 'npm test has it'],
  [/^npm run package\b/, 'it fetches Electron\'s binary; test/packaging packs around a stand-in'],
  [/^npm run icons\b/, 'it writes pictures of the repository'],
  [/^npm run bench(?: |$)/, 'it takes minutes; bench-smoke.test.ts runs it small'],
  [/^npm run bench:client\b/, 'it takes a minute; bench-smoke.test.ts runs it small'],
  [/^npm run bench:restart\b/, 'it takes minutes; bench-smoke.test.ts runs it small'],
  [/^npm run bench:tier\b/, 'it takes half a minute; bench-smoke.test.ts runs it small'],
  [/^npm run bench:first-hit\b/, 'it installs packages for a minute'],
  [/^npm install \.\/larder/, 'test/packaging/npm-package.test.ts does it, in an empty project'],
  [/^npx larder serve\b/, 'it is for that project'],
  [/^npx larder watch\b/, 'it goes on until Ctrl-C; test/server/process/command-line.test.ts watches'],
  [/^npx larder logs --follow\b/, 'so does this; test/main/cli/logs.test.ts follows'],
  [/^npx larder import --connection\b/, 'other servers are not here; test/server/contract/snapshots.test.ts has a Redis'],
  [/^npx larder connections\b/, 'other servers are not here; test/main/cli/connections.test.ts runs them'],
  [/^npx larder (?:caches .*--source|refresh)\b/, 'nor is a source; test/server/contract/read-through.test.ts has one'],
  [/^npx larder (?:caches .*--(?:clear-)?backend|flush shop)\b/, 'nor is a backend; test/server/contract/backends.test.ts has one'],
  [/^curl .*localhost:7801/, 'nor is an API for a gateway; test/server/gateway/caching.test.ts has one'],
  [/^docker /, 'no container engine; test/packaging/dockerfile.test.ts runs the steps'],
  [/from 'ioredis'/, 'its packages are not here; test/server/redis/clients.test.ts has them'],
  [/from 'redis'/, 'nor are these'],
  [/^import os, redis$/m, 'nor are these'],
  [/^const answer = await fetch/, 'it is for a page in a browser; test/server/security/cross-origin.test.ts does it'],
]

/** The working tree as a clone has it: no build, the packages shared. */
function cloneProject(): string {
  const clone = join(temporaryFolder(), 'larder')
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const file of files.toString().split('\0').filter(file => file !== '')) {
    mkdirSync(dirname(join(clone, file)), { recursive: true })
    cpSync(join(root, file), join(clone, file))
  }
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
  // No newer than what is installed: nothing may be installed into the shared folder.
  utimesSync(join(clone, 'package-lock.json'), 1, 1)
  // What a recipe trusts.
  writeFileSync(join(clone, '.env'), 'LARDER_MEMORY=100MB\n')
  return clone
}

function quoted(text: string): string {
  return `'${text.replaceAll('\'', '\'\\\'\'')}'`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Runs recipes, each with the name of its document, in a fresh clone. Returns what they print. */
async function follow(recipes: [book: string, recipe: Recipe][], used = new Set<RegExp>()): Promise<string> {
  const [clone, port] = [cloneProject(), await freePort()]
  const inShell = ({ language, text }: Recipe): string => {
    const [sign, reason] = elsewhere.find(([sign]) => sign.test(text)) ?? []
    if (sign) {
      used.add(sign)
      console.log(`Not run: ${text.split('\n')[0]} – ${reason}`)
      return ''
    }
    const here = text.replaceAll('7777', String(port))
    if (language !== 'sh')
      return `${language === 'js' ? 'node --input-type=module -' : 'python3 -'} <<'PROGRAM'\n${here}\nPROGRAM`
    // A second terminal follows; a server that was started before has to make room.
    return /\bnpm start\b/.test(here)
      ? `stop\n${here.replace(/&?\s*(?:#.*)?$/, '')} &\n${/&\s*$/.test(here) ? '' : 'npx larder status --wait --timeout 60s'}`
      : here
          .replace(/^curl /, 'curl --silent --show-error --fail-with-body ')
          .replace(/^npx larder users (?:create|update .*--password)/, 'echo a long password | $&')
  }
  const script = [
    'set -eE',
    'stop() { if [ -n "$(jobs -p)" ]; then kill $(jobs -p); wait; fi; }',
    'trap stop EXIT',
    ...recipes.map(([book, recipe]) => `echo ${quoted(`── ${book}: ${recipe.text.split('\n')[0]}`)}\n${inShell(recipe)}`),
    'stop',
    'echo all done',
  ].join('\n')
  writeFileSync(join(clone, '..', 'recipes.sh'), script)
  const child = spawn('bash', [join(clone, '..', 'recipes.sh')], {
    cwd: clone,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LARDER_'))),
      LARDER_HOME: join(clone, '../home'),
      LARDER_PORT: String(port),
      LARDER_HEADLESS: '1',
      LARDER_VAULT: 'file',
      npm_config_cache: join(clone, '../npm'),
    },
  })
  onTestFinished(() => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    }
    catch (error) {
      expect(error).toMatchObject({ code: 'ESRCH' })
    }
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', text => output += text)
  const [code] = await once(child, 'close')
  expect(output, output).toMatch(/all done\n$/)
  expect(code).toBe(0)
  return output
}

const recipes = recipeBooks.flatMap(book => recipesOf(book).map((recipe): [string, Recipe] => [book, recipe]))

// Red: in README.md name a command or an option that does not exist.
it('every recipe of README and docs works in a fresh clone, in the written order', async () => {
  const used = new Set<RegExp>()
  const printed = await follow(recipes, used)
  expect(printed).toContain('Hello')
  // Red: in README.md export a prefix that no entry has.
  expect(printed).toMatch(/^Exported [1-9]\d* entr/m)
  expect(printed).toMatch(/^Stored [1-9]\d* again\.$/m)
  expect(elsewhere.filter(([sign]) => !used.has(sign))).toEqual([])
}, 600_000)

// Red: in package.json let `bin` name out/main/headless.js: npm then remembers that there is none.
it('the recipe for CI works where nothing has been built yet', async () => {
  const begin = recipes.findIndex(([, { text }]) => text.endsWith('npm start &'))
  expect(await follow(recipes.slice(begin, begin + 2))).toMatch(/^status +ready$/m)
}, 300_000)
