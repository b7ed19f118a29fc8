import { builtinModules } from 'node:module'

/**
 * Who may import what: the layers of the architecture as one table. The lint rule
 * `larder/import-zone` and its test use it.
 *
 * @typedef {object} Zone
 * @property {string} name Name in messages.
 * @property {string} path Folder (ends in `/`) or one file (without extension), from the root of
 *   the repository. If several match, the longest counts: a file with its own row is no longer part
 *   of its folder, and zones that need it have to name it.
 * @property {string[]} imports Folders (end in `/`) and files (without extension) besides the
 *   zone's own.
 * @property {string[]} packages Packages, including their subpaths.
 * @property {string[]} node Node's own modules, without `node:`.
 * @property {boolean} [typesOnly] Of other zones it imports nothing but types.
 * @property {string[]} [raw] Files of the zone, from the root, that wrap `ipcMain` or `ipcRenderer`
 *   for the others.
 */

/** Modules of Node that only compute, and do not use files, sockets or processes. */
const pure = [
  'assert',
  'async_hooks',
  'buffer',
  'crypto',
  'events',
  'path',
  'stream',
  'stream/promises',
  'string_decoder',
  'timers',
  'timers/promises',
  'url',
  'util',
  'zlib',
]
/** For zones that may use all of Node. */
export const all = builtinModules

const shared = 'src/shared/'
const base = 'src/main/base/'
const answers = 'src/main/base/answers/'
const ports = 'src/main/cache/ports'
/** How values change and entries are chosen, for those that are elsewhere. */
const changes = ['merge-patch', 'part-test', 'precondition', 'whole-number'].map(file => `src/main/cache/${file}`)
const serving = 'src/main/serving/'
/** Every part that runs under plain Node. */
const parts = [
  shared,
  ...[
    'admin',
    'base',
    'cache',
    'cli',
    'codecs',
    'gateway',
    'http',
    'redis',
    'serving',
    'storage',
    'upstreams',
    'vault',
    'watchdog',
  ].map(part => `src/main/${part}/`),
]

/** @type {Zone[]} */
export const zones = [
  { name: 'shared', path: shared, imports: [], packages: ['zod'], node: [] },

  // For other people's programs: what it imports at run time would be part of its size.
  { name: 'client', path: 'src/client/', imports: [shared], packages: [], node: [], typesOnly: true },

  { name: 'base', path: base, imports: [shared], packages: [], node: [...pure, 'net'] },
  // How answers leave, for the faces that speak HTTP.
  { name: 'answers', path: answers, imports: [base, shared], packages: [], node: ['buffer', 'http', 'net'] },
  { name: 'cache', path: 'src/main/cache/', imports: [base, shared], packages: [], node: pure },
  {
    name: 'codecs',
    path: 'src/main/codecs/',
    imports: [base, shared],
    packages: [],
    node: [...pure, 'worker_threads'],
  },
  {
    name: 'storage',
    path: 'src/main/storage/',
    imports: [ports, base, shared],
    packages: ['better-sqlite3'],
    node: all,
  },
  {
    name: 'upstreams',
    path: 'src/main/upstreams/',
    imports: [serving, base, shared],
    packages: ['aws4', 'bson'],
    node: all,
  },
  { name: 'vault', path: 'src/main/vault/', imports: [base, shared], packages: ['keytar'], node: all },
  { name: 'serving', path: serving, imports: [ports, ...changes, base, shared], packages: ['zod'], node: pure },
  { name: 'admin', path: 'src/main/admin/', imports: [serving, base, shared], packages: [], node: pure },
  {
    name: 'http',
    path: 'src/main/http/',
    imports: [serving, answers, base, shared],
    packages: ['express', 'yaml', 'zod'],
    node: all,
  },
  { name: 'redis', path: 'src/main/redis/', imports: [serving, answers, base, shared], packages: [], node: all },
  { name: 'gateway', path: 'src/main/gateway/', imports: [serving, answers, base, shared], packages: [], node: all },
  { name: 'watchdog', path: 'src/main/watchdog/', imports: [base, shared], packages: [], node: ['perf_hooks'] },
  { name: 'cli', path: 'src/main/cli/', imports: [base, shared], packages: [], node: all },
  {
    name: 'desktop',
    path: 'src/main/desktop/',
    imports: [base, shared],
    packages: ['electron', 'zod'],
    node: all,
    raw: ['src/main/desktop/ipc.ts'],
  },

  {
    name: 'connected',
    path: 'src/main/connected',
    imports: [base, serving, 'src/main/upstreams/'],
    packages: [],
    node: [],
  },
  { name: 'logging', path: 'src/main/logging', imports: [base, 'src/main/storage/'], packages: [], node: [] },
  {
    name: 'watched',
    path: 'src/main/watched',
    imports: [shared, base, serving, ...['http', 'storage', 'upstreams', 'watchdog'].map(part => `src/main/${part}/`)],
    packages: [],
    node: ['process'],
  },
  {
    name: 'larder',
    path: 'src/main/larder',
    imports: [...parts, ...['connected', 'logging', 'watched'].map(file => `src/main/${file}`)],
    packages: [],
    node: all,
  },
  {
    name: 'headless',
    path: 'src/main/headless',
    imports: ['src/main/program'],
    packages: [],
    node: ['path', 'process'],
  },
  { name: 'heap-growth', path: 'src/main/heap-growth', imports: [base], packages: [], node: ['v8'] },
  {
    name: 'program',
    path: 'src/main/program',
    imports: [...parts, 'src/main/larder', 'src/main/heap-growth', 'package.json'],
    packages: [],
    node: all,
  },
  {
    name: 'index',
    path: 'src/main/index',
    imports: [...parts, 'src/main/larder', 'src/main/desktop/', 'package.json'],
    packages: ['electron', 'zod'],
    node: all,
  },

  {
    name: 'preload',
    path: 'src/preload/',
    imports: [shared],
    packages: ['electron'],
    node: [],
    raw: ['src/preload/index.ts'],
  },
  {
    name: 'renderer',
    path: 'src/renderer/',
    imports: [shared],
    packages: [
      'vue',
      'pinia',
      'vue-router',
      'reka-ui',
      'uplot',
      '@lucide/vue',
      '@vueuse/core',
      'codemirror',
      '@codemirror/view',
      '@codemirror/state',
      '@codemirror/lang-json',
      '@codemirror/search',
      '@codemirror/language',
      '@codemirror/commands',
      '@lezer/highlight',
    ],
    node: [],
  },
]

/** Files that may read the machine's clocks: the clock itself and the composition roots. */
export const clockReaders = [
  'src/main/base/clock.ts',
  ...zones.filter(zone => ['larder', 'program', 'index'].includes(zone.name)).map(zone => `${zone.path}.ts`),
]

/**
 * The zone of a file of the repository.
 *
 * @param {string} file Path from the root, with `/`.
 * @returns {Zone | undefined} Undefined if no zone covers the file.
 */
export function zoneOf(file) {
  return zones
    .filter(zone => within(zone.path, file))
    .sort((a, b) => b.path.length - a.path.length)[0]
}

/**
 * @param {string} place Folder (ends in `/`) or file without extension.
 * @param {string} file Path from the root.
 */
export function within(place, file) {
  if (place.endsWith('/'))
    return `${file}/`.startsWith(place)
  return file.startsWith(place) && /^(?:\.[cm]?[jt]s)?$/.test(file.slice(place.length))
}
