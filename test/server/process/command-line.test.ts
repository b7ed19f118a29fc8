import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { beforeAll, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../helpers/folder'
import { patience } from '../../helpers/patience'
import { apiKey, build, launch, script } from './launch'

beforeAll(build, 240_000)

/** A folder for PATH in which `larder` is the built program. */
function programFolder(): string {
  const folder = temporaryFolder()
  const path = join(folder, 'larder')
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`)
  chmodSync(path, 0o755)
  return folder
}

interface Ended { code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string }

/** Runs a line of Bash with `larder` in its path; `during` may look at the output and signal it. */
async function bash(
  line: string,
  env: Readonly<Record<string, string>>,
  during: (stdout: () => string, kill: (signal: NodeJS.Signals) => void) => Promise<void> = async () => {},
): Promise<Ended> {
  const child = spawn('bash', ['--norc', '-c', line], {
    env: { ...env, PATH: `${programFolder()}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', chunk => output.stdout += String(chunk))
  child.stderr.on('data', chunk => output.stderr += String(chunk))
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  await during(() => output.stdout, signal => child.kill(signal))
  const [code, signal] = await closed
  return { code, signal, ...output }
}

it('completes the names of caches in a real shell, and says nothing without a server', async () => {
  const home = temporaryFolder()
  const line = (words: string): string =>
    `eval "$(larder completion bash)"; COMP_WORDS=(larder ${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _larder; echo "\${COMPREPLY[@]}"`
  expect(await bash(line('keys \'\''), { LARDER_HOME: home })).toMatchObject({ code: 0, stdout: '\n', stderr: '' })
  const server = launch(home)
  await server.ready
  // A Tab does not wait long: on a busy machine the first ones may find nothing yet.
  await vi.waitUntil(async () => {
    const { code, stdout, stderr } = await bash(line('keys d'), { LARDER_HOME: home })
    expect([code, stderr]).toEqual([0, ''])
    return stdout === 'default\n'
  }, { timeout: patience, interval: 100 })
  expect(await bash(line('--home ~/nowhere keys d'), { LARDER_HOME: home })).toMatchObject({ stdout: '\n', stderr: '' })
  await server.end('SIGTERM')
})

it('watch ends with 0 at Ctrl-C, and quietly when its reader goes', async () => {
  const home = temporaryFolder()
  const server = launch(home)
  await server.ready
  const env = { LARDER_HOME: home, LARDER_API_KEY: apiKey }
  const traffic = setInterval(() => void server.send('PUT', '/v1/seen', { body: 'v' }), 50)
  try {
    const stopped = await bash('exec larder watch', env, async (stdout, kill) => {
      await vi.waitUntil(() => stdout().includes('seen'), { timeout: patience, interval: 20 })
      kill('SIGINT')
    })
    expect(stopped).toMatchObject({ code: 0, signal: null, stderr: '' })
    const piped = await bash('set -o pipefail; larder watch | head -n 1', env)
    expect(piped).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[^\n]+seen\n$/), stderr: '' })
  }
  finally {
    clearInterval(traffic)
  }
  await server.end('SIGTERM')
})
