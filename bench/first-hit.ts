import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

/**
 * What a person waits for: clones a commit, runs `npm start` in the clone on the Node of the
 * system, stores an entry and reads it. Prints the seconds of each part and the bytes installed.
 *
 *   npm run bench:first-hit                     this project's last commit
 *   npm run bench:first-hit -- <commit> …       these, one after the other
 */
const root = resolve(import.meta.dirname, '..')
const key = 'first-hit-key-0123456789'
const commits = process.argv.slice(2)

for (const commit of commits.length === 0 ? ['HEAD'] : commits) {
  const folder = mkdtempSync(join(tmpdir(), 'larder-first-hit-'))
  try {
    await firstHit(commit, folder)
  }
  finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function firstHit(commit: string, folder: string): Promise<void> {
  const clone = join(folder, 'larder')
  const [load = 0] = loadavg()
  console.log(`${commit}, load ${load.toFixed(1)} before`)
  const begun = performance.now()
  let last = begun
  const lap = (name: string): void => {
    const now = performance.now()
    console.log(`  ${name.padEnd(28)}${((now - last) / 1000).toFixed(1).padStart(7)} s`)
    last = now
  }

  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, clone])
  execFileSync('git', ['checkout', '--quiet', commit], { cwd: clone })
  lap('clone')
  const server = spawn('npm', ['start'], { cwd: clone, env: environment(folder), stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(server, 'close')
  // The set-up says each step twice: when it begins, and with its time when it has ended.
  let words = ''
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text
    for (let end = words.indexOf('\n'); end >= 0; end = words.indexOf('\n')) {
      const step = /^larder: (.*) … [\d.]+ s$/.exec(words.slice(0, end))?.[1]
      if (step !== undefined)
        lap(step)
      words = words.slice(end + 1)
    }
  })
  let url: string | undefined
  for await (const line of createInterface({ input: server.stdout })) {
    url = /^Larder ready on (\S+)$/.exec(line)?.[1]
    if (url !== undefined)
      break
  }
  if (url === undefined)
    throw new Error(`npm start did not come to its ready line: ${words}`)
  lap('start')
  const headers = { 'Api-Key': key, 'Content-Type': 'text/plain' }
  await fetch(`${url}/v1/greeting`, { method: 'PUT', headers, body: 'Hello' })
  const answer = await fetch(`${url}/v1/greeting`, { headers })
  if (await answer.text() !== 'Hello')
    throw new Error(`The first read answered ${answer.status}`)
  lap('first hit')
  server.kill('SIGTERM')
  await ended
  const { bytes, blocks } = sizeOf(join(clone, 'node_modules'))
  console.log(`  all                         ${((last - begun) / 1000).toFixed(1).padStart(7)} s`)
  const [exact, taken] = [bytes / 1e6, blocks / 2 ** 20].map(size => size.toFixed(0))
  console.log(`  installed                   ${exact?.padStart(7)} MB, ${taken} MiB on disk`)
}

/** Nothing of the person's, and not the Node of this project. */
function environment(folder: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:LARDER_|npm_|NODE_|INIT_CWD$|CI$)/.test(name))
  const path = (process.env.PATH ?? '').split(delimiter).filter(part => !part.includes('node_modules'))
  return {
    ...Object.fromEntries(own),
    PATH: path.join(delimiter),
    LARDER_HOME: join(folder, 'home'),
    LARDER_PORT: '0',
    LARDER_VAULT: 'file',
    LARDER_HEADLESS: '1',
    LARDER_API_KEY: key,
  }
}

/** Each file once, however many names it has; `blocks` in bytes, as they are taken on the disk. */
function sizeOf(folder: string): { bytes: number, blocks: number } {
  const seen = new Set<number>()
  const sum = { bytes: 0, blocks: 0 }
  for (const name of existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []) {
    const { ino, size, blocks } = lstatSync(join(folder, name))
    if (seen.has(ino))
      continue
    seen.add(ino)
    sum.bytes += size
    sum.blocks += 512 * blocks
  }
  return sum
}
