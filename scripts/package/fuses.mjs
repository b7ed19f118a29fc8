import { FuseV1Options, FuseVersion } from '@electron/fuses'

/**
 * Limits what the packaged Electron can do besides being Larder. All nine fuses are named, so that
 * an Electron with a tenth one stops the packaging until somebody has decided about it.
 *
 * @type {import('@electron/fuses').FuseConfig}
 */
export const fuses = {
  version: FuseVersion.V1,
  strictlyRequireAllFuses: true,
  // Malware looks for the binary of a signed app that runs any script.
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // Larder keeps no cookies, but if there ever is one, it is not readable on disk.
  [FuseV1Options.EnableCookieEncryption]: true,
  // Code comes only from our archive, and (on macOS and Windows) only if its hash is the one in the
  // signed binary.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  // Pages come from app://, so file:// gets no more privileges than in a browser.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // We do not build our own snapshot, and without its file the app would not start.
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  // Electron's default. Without it, WebAssembly would check every access in software, and be no
  // safer.
  [FuseV1Options.WasmTrapHandlers]: true,
}
