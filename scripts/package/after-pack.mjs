import { join } from 'node:path'
import { flipFuses } from '@electron/fuses'
import { Arch } from 'electron-builder'
import { fuses } from './fuses.mjs'
import { demandTarget } from './native-modules.mjs'

/**
 * Runs between packing and signing: checks that no native module of another system is packed, and
 * sets the fuses of Electron's binary. Does not use electron-builder's own `electronFuses`, because
 * it knows eight of the nine, and does not insist on all.
 *
 * @param {import('electron-builder').AfterPackContext} context
 * @throws {Error} If a module is foreign, or this Electron has a fuse that nobody has decided
 *   about.
 */
export async function afterPack({ appOutDir, arch, electronPlatformName: platform, packager }) {
  const name = packager.appInfo.productFilename
  const { binary, resources } = {
    darwin: { binary: `${name}.app`, resources: `${name}.app/Contents/Resources` },
    win32: { binary: `${name}.exe`, resources: 'resources' },
    linux: { binary: packager.executableName, resources: 'resources' },
  }[platform]
  demandTarget(join(appOutDir, resources, 'app.asar.unpacked'), `${platform}-${Arch[arch]}`)
  // Changing a byte invalidates the signature that Apple silicon requires of every program; without
  // a certificate a new one has to be made.
  await flipFuses(
    join(appOutDir, binary),
    { ...fuses, resetAdHocDarwinSignature: platform === 'darwin' && Arch[arch] === 'arm64' },
  )
}
