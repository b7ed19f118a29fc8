// `npm run test:electron`: runs the desktop specs, and those of the console in its window, on a
// real Electron.
import { join } from 'node:path'
import process from 'node:process'
import { run } from './lib/child.mjs'
import { root } from './lib/node.mjs'
import { withProjectNode } from './lib/with-project-node.mjs'

await withProjectNode(async () => {
  const projects = ['desktop', 'desktop-console', 'desktop-alone'].flatMap(name => ['--project', name])
  process.exitCode = await run(
    process.execPath,
    [join(root, 'node_modules/@playwright/test/cli.js'), 'test', '--no-deps', ...projects],
    { cwd: root, env: { ...process.env, LARDER_E2E_ELECTRON: '1' } },
  )
})
