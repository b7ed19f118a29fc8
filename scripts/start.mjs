import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { run } from './lib/child.mjs'
import { desktop, electronBinary, fetchElectron, whyNoWindow } from './lib/electron.mjs'
import { root } from './lib/node.mjs'
import { withProjectNode } from './lib/with-project-node.mjs'

const headless = join(root, 'out/main/headless.js')
const args = process.argv.slice(2)

await withProjectNode(async () => {
  const obstacle = whyNoWindow(args)
  const found = obstacle === undefined ? electronBinary() : undefined
  const { binary = found, problem = obstacle, signal } = obstacle === undefined && found === undefined
    ? await fetchElectron()
    : {}
  if (signal !== undefined) {
    process.exitCode = signal
    return
  }
  if (binary !== undefined) {
    process.exitCode = await run(binary, [desktop, ...args])
    return
  }
  console.error(`larder: no window, because ${problem}; running headless.`)
  process.argv = [process.execPath, headless, 'serve', ...args]
  await import(pathToFileURL(headless).href)
})
