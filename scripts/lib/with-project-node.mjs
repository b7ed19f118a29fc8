import process from 'node:process'
import { run } from './child.mjs'
import { projectNode, suffices } from './node.mjs'

/**
 * Runs `act` on a Node that is new enough. npm looks up `node` before the very first install has
 * brought ours, so a script may still run on the host's Node. In that case it starts itself again
 * on the project's.
 *
 * @param {() => Promise<void>} act
 */
export async function withProjectNode(act) {
  if (suffices(process.version))
    return act()

  const node = projectNode()
  if (!node) {
    console.error(
      `Larder runs on Node 22.12 or newer, and this is ${process.version}. Run \`npm ci\`: it brings its own.`,
    )
    process.exitCode = 1
    return
  }
  process.exitCode = await run(node, process.argv.slice(1))
}
