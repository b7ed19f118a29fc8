import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Clients that apps use. They are installed on first use; without a registry tests skip them. */
export const run = promisify(execFile)
const programs = resolve(import.meta.dirname, '../../clients')
const caches = resolve(import.meta.dirname, '../../../node_modules/.cache')
/** Where their programs run. */
export const clientFolder = join(caches, 'clients')
/** Is there while one of the test files installs them. */
const lock = join(caches, 'clients.lock')
/** Milliseconds after which a lock is what a run has left that was ended. */
const longestInstallation = 300_000

function isInstalled(): boolean {
  const { dependencies } = JSON.parse(readFileSync(join(programs, 'package.json'), 'utf8')) as { dependencies: object }
  return Object.keys(dependencies).every(name => existsSync(join(clientFolder, 'node_modules', name)))
}

/** Runs the work while no other test file runs its own. */
async function alone(work: () => Promise<void>): Promise<void> {
  mkdirSync(caches, { recursive: true })
  for (;;) {
    try {
      mkdirSync(lock)
      break
    }
    catch {
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
      if (Date.now() - since > longestInstallation)
        rmSync(lock, { recursive: true, force: true })
      await sleep(100)
    }
  }
  try {
    await work()
  }
  finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** Why there are no clients of Node; undefined if they are installed. */
async function install(): Promise<string | undefined> {
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=0', '--ignore-scripts']
  try {
    await alone(async () => {
      mkdirSync(clientFolder, { recursive: true })
      cpSync(programs, clientFolder, { recursive: true })
      if (!isInstalled())
        await run('npm', ['install', ...options], { cwd: clientFolder })
    })
    return undefined
  }
  catch (error) {
    return `Skipped: the clients of Redis could not be installed: ${String(error).split('\n', 1)[0]}`
  }
}

/** Debian's packages are for its own Python, which need not be the first one. */
const pythons = ['python3', '/usr/bin/python3']

/** The Python in which a condition holds; undefined if there is none. */
async function findPython(condition: string): Promise<string | undefined> {
  for (const program of pythons) {
    const holds = await run(program, ['-c', condition]).then(() => true, () => false)
    if (holds)
      return program
  }
  return undefined
}

interface Clients {
  node: boolean
  /** Each is a Python that has it. */
  python: string | undefined
  /** One whose redis-py speaks RESP 3. */
  python3: string | undefined
  django: string | undefined
}

/** Finds the clients, and prints why some of them are missing. */
export async function findClients(): Promise<Clients> {
  const [missing, python, python3, django] = await Promise.all([
    install(),
    findPython('import redis'),
    findPython('import redis; assert int(redis.__version__.split(".")[0]) >= 5'),
    findPython('import django_redis'),
  ])
  const reasons = [
    missing,
    python ?? 'Skipped: Python\'s redis is missing: apt-get install python3-redis.',
    python3 ?? 'Skipped: there is no redis-py that speaks RESP 3.',
    django ?? 'Skipped: django-redis is missing: apt-get install python3-django-redis.',
  ]
  for (const reason of reasons) {
    if (reason?.startsWith('Skipped'))
      console.warn(reason)
  }
  return { node: missing === undefined, python, python3, django }
}
