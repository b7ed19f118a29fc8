#!/usr/bin/env node
import { join } from 'node:path'

/**
 * The Node entry. Checks the version before it loads anything else, because on an older Node the
 * SQLite binary crashes the process instead of throwing. Uses the global `process`, because
 * importing it would add a quarter to Node's own start.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 12)) {
  const { main } = await import('./program')
  process.exitCode = await main({
    consoleFolder: join(import.meta.dirname, '../renderer'),
    writerProgram: join(import.meta.dirname, 'writer-thread.js'),
    codecProgram: join(import.meta.dirname, 'codec-thread.js'),
  })
}
else {
  process.stderr.write(
    `larder: Node 22.12 or newer is needed; this is ${process.version}. In a clone, npm start brings its own.\n`,
  )
  process.exitCode = 1
}
