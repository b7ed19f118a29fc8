import { delimiter, join } from 'node:path'
import process from 'node:process'
import { run } from '../lib/child.mjs'
import { root } from '../lib/node.mjs'

export const declined = 'declined'

/** What a tool says when it fails, and what it should have said. */
const advice = [
  [
    /Cannot find native binding/,
    'The build tool\'s native part is an optional dependency, and this install left those out. Run `npm ci` without --omit=optional; or bring out/ from a build elsewhere and run `node out/main/headless.js`.',
  ],
  [
    /code (?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT)/,
    'The package registry cannot be reached. The first start needs it, later ones do not.',
  ],
]

/**
 * @typedef {{ program: string, args: string[], cwd?: string, env?: Record<string, string>,
 *   settle?: (code: number) => number }} Command
 *   `settle` gets its exit code and returns the one that counts.
 */

/**
 * One step, said in one line with its time; the tools' own words are shown only when it fails.
 *
 * @param {string} name
 * @param {Command[]} commands They run side by side.
 * @param {RegExp} [declines] What a tool says when it cannot do this here, so that another step
 *   shall.
 * @returns {Promise<number | typeof declined>} Exit code of the first command that failed, else 0.
 */
export async function step(name, commands, declines) {
  const start = performance.now()
  const output = []
  say(`${name} …`)
  const codes = await Promise.all(commands.map(async ({ program, args, cwd = root, env, settle = code => code }) => {
    const words = []
    const code = settle(await run(program, args, {
      cwd,
      env: { ...environment(), ...env },
      shell: program.endsWith('.cmd'),
      onOutput: text => words.push(text),
    }))
    if (code !== 0)
      output.push(...words)
    return code
  }))
  const took = `${((performance.now() - start) / 1000).toFixed(1)} s`
  const code = codes.find(code => code !== 0) ?? 0
  if (code === 0) {
    process.stderr.write(` ${took}\n`)
    return 0
  }
  const text = Buffer.concat(output).toString()
  if (declines?.test(text)) {
    process.stderr.write(` not possible (${took})\n`)
    return declined
  }
  process.stderr.write(` failed with code ${code} after ${took}\n${text}\n`)
  for (const [sign, sentence] of advice) {
    if (sign.test(text))
      say(`${sentence}\n`)
  }
  return code
}

/**
 * The environment without the project's own programs in PATH: an install removes the very Node that
 * it would run on.
 */
function environment() {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(folder => folder !== join(root, 'node_modules/.bin'))
    .join(delimiter)
  return { ...process.env, PATH: path }
}

export function say(text) {
  process.stderr.write(`larder: ${text}`)
}
