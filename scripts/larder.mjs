// `npx larder` in a clone, on whatever Node the host has. Without a build it makes one, or waits
// for the one that another command makes. An old one it leaves alone: `npm start` renews that.
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { root } from './lib/node.mjs'
import { withProjectNode } from './lib/with-project-node.mjs'
import { prepare } from './set-up/prepare.mjs'
import { isBuilt } from './set-up/state.mjs'

const code = isBuilt() ? 0 : await prepare('start')
if (code === 0)
  await withProjectNode(() => import(pathToFileURL(join(root, 'out/main/headless.js')).href))
else
  process.exitCode = code
