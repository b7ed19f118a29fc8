import { Buffer } from 'node:buffer'
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { FuseV1Options } from '@electron/fuses'

const root = join(import.meta.dirname, '../..')
const require = createRequire(import.meta.url)
/** The 32 characters before the fuses in Electron's binary, which contains them only there. */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/**
 * Packs the app for this machine as `npm run package` does, but with a stand-in for Electron's
 * binary: it cannot run, but it has fuses, all in the wrong state, that the packaging must set.
 *
 * @param folder an empty one
 * @param wrong the state of each fuse before
 * @returns the folder of the packed app
 */
export async function pack(folder: string, wrong: (fuse: FuseV1Options) => boolean): Promise<string> {
  const electron = join(folder, 'electron')
  const names = Object.values(FuseV1Options).filter((fuse): fuse is FuseV1Options => typeof fuse === 'number')
  const states = names.map(fuse => wrong(fuse) ? '1' : '0').join('')
  mkdirSync(electron)
  writeFileSync(join(electron, 'version'), (require('electron/package.json') as { version: string }).version)
  writeFileSync(
    join(electron, 'electron'),
    Buffer.concat([Buffer.from(`no program\n${sentinel}`), Buffer.from([1, names.length]), Buffer.from(states)]),
    { mode: 0o755 },
  )

  await promisify(execFile)(process.execPath, [
    require.resolve('electron-builder/cli.js'),
    ...['--config', 'electron-builder.config.js', '--dir', '--publish', 'never'],
    ...[`-c.electronDist=${electron}`, `-c.directories.output=${join(folder, 'dist')}`],
  ], { cwd: root, env: { ...process.env, CSC_IDENTITY_AUTO_DISCOVERY: 'false' } })
  return join(folder, 'dist/linux-unpacked')
}
