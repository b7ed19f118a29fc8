import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../helpers/folder'

export const root = join(import.meta.dirname, '../../..')
const urlOf = (path: string): string => JSON.stringify(pathToFileURL(join(root, path)).href)
const imports = `import { createClient } from ${urlOf('out/client/client.js')}
import { findFaults } from ${urlOf('test/client/table.mjs')}\n`
const run = promisify(execFile)

/** Prints what the table of the client finds wrong, which is nothing. */
export const tableProgram
  = 'process.stdout.write((await findFaults(createClient({ timeout: 60, maxSize: 1000 }))).join("\\n"))'

interface Surroundings { node?: string, words?: readonly string[], env?: Record<string, string>, dotenv?: string }

/** Runs a program of a module in a folder of its own; returns what it prints. */
export async function runProgram(
  text: string,
  { node = process.execPath, words = [], env = {}, dotenv }: Surroundings = {},
): Promise<string> {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'program.mjs'), imports + text)
  if (dotenv !== undefined)
    writeFileSync(join(folder, '.env'), dotenv)
  const { stdout } = await run(node, [...words, 'program.mjs'], { cwd: folder, env })
  return stdout.trim()
}
