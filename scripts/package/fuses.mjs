import { FuseV1Options, FuseVersion } from '@electron/fuses'

/**
 * What the packaged Electron can still do besides being Larder: as little as possible. All nine are
 * named, so that an Electron with a tenth stops the packaging until somebody has decided about it.
 *
 * @type {import('@electron/fuses').FuseConfig}
 */
export const fuses = {
  version: FuseVersion.V1,
  strictlyRequireAllFuses: true,
  // The binary of a signed app that runs any script: what malware looks for.
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // Larder keeps no cookies; should one ever be there, it is not readable on disk.
  [FuseV1Options.EnableCookieEncryption]: true,
  // Code comes from our archive alone, and (macOS, Windows) only while its hash is the one in the
  // signed binary.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  // Pages come from app://; file:// is no more than it is in a browser.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // We build no snapshot of our own, and without its file the app would not start.
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  // Electron's default. Off, WebAssembly would check every access in software and be no safer.
  [FuseV1Options.WasmTrapHandlers]: true,
}
