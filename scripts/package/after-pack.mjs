import { join } from 'node:path'
import { flipFuses } from '@electron/fuses'
import { Arch } from 'electron-builder'
import { fuses } from './fuses.mjs'
import { demandTarget } from './native-modules.mjs'

/**
 * Between packing and signing: no native module of another system goes along, and the fuses of
 * Electron's binary are set. Not by electron-builder's own `electronFuses`: it knows eight of the
 * nine, and does not insist on all.
 *
 * @param {import('electron-builder').AfterPackContext} context
 * @throws {Error} when a module is foreign, or this Electron has a fuse that nobody has decided
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
  // Changing a byte voids the signature that Apple silicon wants of every program; without a
  // certificate it has to be made anew.
  await flipFuses(
    join(appOutDir, binary),
    { ...fuses, resetAdHocDarwinSignature: platform === 'darwin' && Arch[arch] === 'arm64' },
  )
}
