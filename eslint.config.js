import antfu from '@antfu/eslint-config'
import { importZone } from './scripts/lint/import-zone.mjs'
import { clockReaders, zones } from './scripts/lint/zones.mjs'

const clock = 'Take a `Clock` (src/main/base/clock.ts) as an argument and ask it: `clock.wall()` or `clock.monotonic()`; work goes by a `Stopwatch`: `stopwatch.now()`.'
const ipc = 'Only the wrapper that checks the sender and the input touches it: src/main/desktop/ipc.ts and src/preload/index.ts.'
const hiddenImport = 'Write an `import`, so that the import zones see it.'
const folders = 'Call `makeFolders` (src/main/storage/make-folders.ts): below /proc this never ends.'
const transport = 'Call the typed client of src/renderer/src/api; only there it is known where the console runs.'

/** A line that holds one text and nothing else: broken, it could no longer be searched for. */
const oneText = [
  /^\s*(?:\w+: |return |throw new \w+\(|(?:export )?const \w+ = )?(?:'(?:[^'\\]|\\.)*'|`.*`)[,)\]}]*(?: as const)?$/,
  /^\s*(?:it|test|describe)(?:\.\w+)?\('(?:[^'\\]|\\.)*', (?:async )?\(.*\) => \{$/,
].map(({ source }) => source).join('|')
const width = { code: 120, comments: 100, ignoreUrls: true, ignoreRegExpLiterals: true, ignorePattern: oneText }

const ipcNames = ['ipcMain', 'ipcRenderer']
const syntax = {
  base: [
    'TSEnumDeclaration',
    'TSExportAssignment',
    { selector: 'CallExpression[callee.name=/^mkdir/] Property[key.name="recursive"]', message: folders },
  ],
  hiddenImport: [{ selector: 'ImportSpecifier[imported.name="createRequire"]', message: hiddenImport }],
  ipc: ipcNames.flatMap(name => [
    { selector: `ImportSpecifier[imported.name="${name}"]`, message: ipc },
    { selector: `MemberExpression[property.name="${name}"]`, message: ipc },
    { selector: `VariableDeclarator > ObjectPattern > Property[key.name="${name}"]`, message: ipc },
  ]),
  clock: [
    { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: clock },
    { selector: 'CallExpression[callee.name="Date"]', message: clock },
  ],
}
const properties = {
  base: [
    { property: '__proto__', message: 'Use `Object.getPrototypeOf` or `Object.setPrototypeOf`.' },
    { object: 'process', property: 'getBuiltinModule', message: hiddenImport },
  ],
  clock: [
    { object: 'Date', property: 'now', message: clock },
    { object: 'performance', property: 'now', message: clock },
    { object: 'performance', property: 'timeOrigin', message: clock },
    { object: 'process', property: 'hrtime', message: clock },
  ],
}

export default antfu(
  {
    type: 'app',
    vue: true,
    typescript: true,
    formatters: { css: true, html: true },
    ignores: ['out', 'docs/images', 'test/fixtures'],
  },
  {
    name: 'larder/style',
    files: ['**/*.{js,mjs,ts,vue}'],
    rules: {
      // The tables – operations, errors, zones – read best with one row a line.
      'antfu/consistent-chaining': 'off',
      'antfu/reasonable-newline': 'off',
      'antfu/no-top-level-await': 'off',
      // TypeScript knows the parameters; JSDoc names those that need a word.
      'jsdoc/check-param-names': 'off',
      'jsdoc/multiline-blocks': ['warn', { noZeroLineText: false, noFinalLineText: false }],
      // `[A-Za-z0-9]` says which letters; the `i` flag with `u` also takes in K (Kelvin) and ſ.
      'regexp/use-ignore-case': 'off',
      'node/prefer-global/process': 'off',
      'node/prefer-global/buffer': 'off',
      'style/operator-linebreak': ['error', 'before', { overrides: { '=': 'ignore' } }],
      'ts/no-explicit-any': 'error',
      // A closure may name what is complete by the time that it runs.
      'ts/no-use-before-define': ['error', { classes: false, functions: false, variables: false }],
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
    },
  },
  {
    name: 'larder/default-exports-of-configs',
    files: ['*.config.{js,ts}', '**/*.d.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    name: 'larder/tsconfig',
    files: ['**/tsconfig*.json'],
    rules: { 'jsonc/sort-keys': 'off' },
  },
  {
    name: 'larder/schemas',
    files: ['src/shared/**'],
    // A schema and the type of what it accepts share a name; TypeScript finds real redeclarations.
    rules: { 'ts/no-redeclare': 'off' },
  },
  {
    name: 'larder/width',
    files: ['**/*.{js,mjs,cjs,mts,ts,vue}'],
    rules: {
      'style/max-len': [
        'error',
        width,
      ],
    },
  },
  {
    name: 'larder/programs',
    files: ['test/**', 'bench/load/**'],
    // Programs for other processes stand in templates.
    rules: {
      'style/max-len': [
        'error',
        { ...width, ignoreTemplateLiterals: true },
      ],
    },
  },
  {
    name: 'larder/scripts',
    files: ['scripts/**', 'bench/**', 'test/**'],
    rules: { 'no-console': 'off' },
  },
  {
    name: 'larder/fixtures',
    files: ['test/{e2e,desktop}/**'],
    // Playwright reads from the pattern which fixtures a function wants; none is `{}`.
    rules: { 'no-empty-pattern': 'off' },
  },
  {
    name: 'larder/src',
    files: ['src/**/*.{ts,vue}'],
    plugins: { larder: { rules: { 'import-zone': importZone } } },
    rules: {
      'larder/import-zone': 'error',
      // What the console shows was written by apps under test: text, never markup (S19).
      'vue/no-v-html': 'error',
      'max-lines': ['error', { max: 300, skipComments: true, skipBlankLines: true }],
      'ts/no-non-null-assertion': 'error',
      'no-restricted-properties': ['error', ...properties.base],
      'no-restricted-syntax': ['error', ...syntax.base, ...syntax.hiddenImport, ...syntax.ipc],
    },
  },
  {
    name: 'larder/clock',
    files: ['src/main/**/*.ts'],
    ignores: clockReaders,
    rules: {
      'no-restricted-properties': ['error', ...properties.base, ...properties.clock],
      'no-restricted-syntax': ['error', ...syntax.base, ...syntax.hiddenImport, ...syntax.ipc, ...syntax.clock],
    },
  },
  {
    name: 'larder/ipc-wrappers',
    files: zones.flatMap(zone => zone.raw ?? []),
    rules: { 'no-restricted-syntax': ['error', ...syntax.base, ...syntax.hiddenImport, ...syntax.clock] },
  },
  {
    name: 'larder/no-node-globals',
    files: ['src/shared/**/*.ts', 'src/preload/**/*.ts', 'src/renderer/**/*.{ts,vue}'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'Buffer',
          'global',
          'require',
          '__dirname',
          '__filename',
          'setImmediate',
        ].map(name => ({ name, message: 'There is no Node here.' })),
      ],
    },
  },
  {
    name: 'larder/transport',
    files: ['src/renderer/**/*.{ts,vue}'],
    ignores: ['src/renderer/src/api/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'EventSource', 'XMLHttpRequest', 'WebSocket'].map(name => ({ name, message: transport })),
        ...['process', 'Buffer', 'global', 'require'].map(name => ({ name, message: 'There is no Node here.' })),
      ],
      'no-restricted-properties': [
        'error',
        ...properties.base,
        { object: 'window', property: 'larder', message: transport },
        { object: 'window', property: 'fetch', message: transport },
        { object: 'globalThis', property: 'fetch', message: transport },
      ],
    },
  },
)
