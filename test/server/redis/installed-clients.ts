import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

/** Clients that apps use. They are installed on first use; without a registry tests skip them. */
export const run = promisify(execFile)
const programs = resolve(import.meta.dirname, '../../clients')
/** Where their programs run. */
export const clientFolder = resolve(import.meta.dirname, '../../../node_modules/.cache/clients')

/** Why there are no clients of Node; undefined if they are installed. */
async function install(): Promise<string | undefined> {
  mkdirSync(clientFolder, { recursive: true })
  cpSync(programs, clientFolder, { recursive: true })
  try {
    if (!['ioredis', 'redis'].every(name => existsSync(join(clientFolder, 'node_modules', name)))) {
      const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=0']
      await run('npm', ['install', ...quiet], { cwd: clientFolder })
    }
    return undefined
  }
  catch (error) {
    return `Skipped: the clients of Redis could not be installed: ${String(error).split('\n', 1)[0]}`
  }
}

/** Debian's Python may not be the first one of the path. */
const pythons = ['python3', '/usr/bin/python3']

/** A Python with redis-py of this version at least, or undefined. */
export async function findPython(version: number): Promise<string | undefined> {
  for (const program of pythons) {
    const isThere = await run(program, ['-c', `import redis; assert int(redis.__version__.split(".")[0]) >= ${version}`])
      .then(() => true, () => false)
    if (isThere)
      return program
  }
  return undefined
}

/** Finds the clients, and prints why some of them are missing. */
export async function findClients(): Promise<{ node: boolean, python: string | undefined }> {
  const [missing, python] = [await install(), await findPython(4)]
  if (missing !== undefined)
    console.warn(missing)
  if (python === undefined)
    console.warn('Skipped: Python\'s redis is missing: install it with apt-get install python3-redis.')
  return { node: missing === undefined, python }
}
