import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'

// better-sqlite3's binary crashes older Nodes (SIGSEGV) instead of throwing, so nothing may be
// loaded before the version is known.
it.each([['20.20.2', 1], ['22.11.0', 1], ['22.12.0', 0], [process.versions.node, 0]])('node %s: exit %i', (
  version,
  code,
) => {
  const pretend = `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ['--import', pretend, resolve('out/main/headless.js'), '--version'],
    { encoding: 'utf8' },
  )
  expect([
    status,
    stderr.includes('Node 22.12 or newer is needed'),
    stdout === '',
  ]).toEqual([code, code === 1, code === 1])
})
