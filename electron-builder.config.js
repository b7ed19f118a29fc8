import { afterPack } from './scripts/package/after-pack.mjs'
import { runtimePackages } from './scripts/package/runtime-packages.mjs'

const sqlite = 'node_modules/better-sqlite3'

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'app.larder.desktop',
  productName: 'Larder',
  copyright: 'Copyright © 2026 Larder contributors',
  extraMetadata: { main: 'out/main/index.js', homepage: 'http://localhost:7777', author: 'Larder contributors <larder@localhost>' },
  directories: { output: 'dist', buildResources: 'build' },
  // Both native modules speak Node-API: one binary serves Node and Electron.
  npmRebuild: false,

  files: [
    'out/{main,preload,renderer}/**',
    'resources/**',
    // What packages bring besides what they run on; their licences stay.
    '!**/*.{map,ts,mts,cts,md,markdown,c,cc,cpp,h,gyp,gypi}',
    '!**/node_modules/**/{test,tests}/**',
    '!**/node_modules/**/.*',
    'out/*/licenses.md',
    'node_modules/**/{LICENSE,LICENCE,License,license,COPYING}*',
    ...[...runtimePackages().unneeded].map(folder => `!${folder}/**`),
    `!${sqlite}/{deps,src,prebuilds}/**`,
    `${sqlite}/prebuilds/\${platform}-\${arch}.node`,
    '!node_modules/keytar/build/**',
    'node_modules/keytar/build/Release/keytar.node',
  ],
  asar: { smartUnpack: false },
  asarUnpack: ['**/*.node'],
  afterPack,

  linux: {
    executableName: 'larder',
    target: ['AppImage', 'deb', 'zip'],
    icon: 'build/icons/linux',
    category: 'Development',
    synopsis: 'A local cache server that you can see into',
    maintainer: 'Larder contributors <larder@localhost>',
  },
  deb: {
    depends: [
      'libgtk-3-0',
      'libnotify4',
      'libnss3',
      'libxss1',
      'libxtst6',
      'xdg-utils',
      'libatspi2.0-0',
      'libuuid1',
      'libsecret-1-0',
    ],
  },
  mac: {
    target: ['dmg', 'zip'],
    icon: 'build/icons/icon.icns',
    category: 'public.app-category.developer-tools',
    hardenedRuntime: true,
    gatekeeperAssess: false,
    entitlements: 'build/entitlements.plist',
    entitlementsInherit: 'build/entitlements.plist',
  },
  win: { target: ['nsis', 'zip'], icon: 'build/icons/icon.ico' },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
}
