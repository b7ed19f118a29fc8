// `npm run dev`: the console with hot reload, in the desktop window if there is one, otherwise in a
// browser. Settings come from the environment and .env, but LARDER_HOME only from the environment,
// because a command prints the sign-in link, and commands do not read .env.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { run } from './lib/child.mjs'
import { electronBinary, whyNoWindow } from './lib/electron.mjs'
import { root } from './lib/node.mjs'
import { withProjectNode } from './lib/with-project-node.mjs'

const headless = join(root, 'out/main/headless.js')
/** Paths of the server; everything else is a module of the console, or one of its screens. */
const served = '^/(?:api|v1|flush|admin|events|metrics|healthz|readyz|openapi\\.json|swagger\\.yaml)(?:[/?]|$)'

await withProjectNode(async () => {
  const obstacle = whyNoWindow(process.argv.slice(2))
    ?? (electronBinary() ? undefined : 'Electron\'s binary is not installed (npm start fetches it)')
  if (obstacle === undefined) {
    process.exitCode = await run(
      process.execPath,
      [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'dev'],
      { cwd: root, env: { ...process.env, ELECTRON_ENTRY: 'out/main/index.js' } },
    )
    return
  }
  console.error(`larder: no window, because ${obstacle}; the console comes to your browser.`)
  await inBrowser()
})

/**
 * Starts the built server, and Vite in front of it. Vite serves the console's sources without the
 * policy (CSP) that the server gives the built files.
 */
async function inBrowser() {
  const server = spawn(process.execPath, [headless, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(server, 'close')
  // Ctrl-C also reaches the server, which then ends, and Vite with it.
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => server.kill(signal))
  const url = await Promise.race([readyUrl(server), ended.then(() => undefined)])
  const vite = url && await serveSources(url)
  if (vite)
    console.log(`Console      ${await signInLink(vite)}   (once, within 10 minutes)\nServer       ${url}`)
  const [code] = await ended
  await vite?.close()
  process.exitCode = code ?? 1
}

async function readyUrl({ stdout }) {
  for await (const line of createInterface({ input: stdout })) {
    const url = /^Larder ready on (\S+)$/.exec(line)?.[1]
    if (url)
      return url
  }
  return undefined
}

async function serveSources(target) {
  const [{ resolveConfig }, { createServer }] = await Promise.all([import('electron-vite'), import('vite')])
  const { config } = await resolveConfig({ root }, 'serve', 'development')
  const vite = await createServer({
    ...config.renderer,
    configFile: false,
    // The server only answers to its own name.
    server: { host: 'localhost', proxy: { [served]: { target, changeOrigin: true } } },
  })
  return vite.listen()
}

async function signInLink(vite) {
  const { stdout } = await promisify(execFile)(process.execPath, [headless, 'console'])
  return new URL(new URL(stdout.trim()).hash, vite.resolvedUrls.local[0]).href
}
