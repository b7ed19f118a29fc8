import type { CacheInfo } from '@shared/schemas'
import type { CommandDeps, PaletteCommand } from '../../../src/renderer/src/palette/commands'
import { describe, expect, it, vi } from 'vitest'
import { listCommands, recentCommands } from '../../../src/renderer/src/palette/commands'
import { screens } from '../../../src/renderer/src/screens'
import { operations } from '../../../src/shared/operations'

vi.mock('../../../src/renderer/src/screens', () =>
  ({ screens: [{ name: 'overview', title: 'Overview', icon: {}, key: 'o' }, { name: 'cache', title: 'Cache' }] }))

const cache = (name: string, enabled = true): CacheInfo => ({ name, enabled, backend: null } as CacheInfo)

function setUp(overrides: Partial<CommandDeps> = {}) {
  const showText = vi.fn<CommandDeps['showText']>()
  const deps = {
    api: { origin: 'http://localhost:7777', client: new Proxy({}, { get: (_, name) => vi.fn(async () => ({ asked: name })) }) },
    router: { push: vi.fn(), hasRoute: vi.fn(() => false) },
    actions: {
      create: vi.fn(),
      createSample: vi.fn(),
      addEntry: vi.fn(),
      viewAll: vi.fn(),
      setEnabled: vi.fn(),
      clear: vi.fn(),
      remove: vi.fn(),
    },
    transfer: { saveSnapshot: vi.fn(), importEntries: vi.fn(), exportEntries: vi.fn() },
    keyActions: { create: vi.fn() },
    keys: [],
    newUser: vi.fn(),
    caches: [cache('default'), cache('products', false)],
    user: { admin: true },
    serving: true,
    setServing: vi.fn(),
    setTheme: vi.fn(),
    copy: vi.fn(),
    showText,
    openShortcuts: vi.fn(),
    showJobs: vi.fn(),
    signOut: vi.fn(),
    ...overrides,
  }
  return { deps, showText, commands: listCommands(deps as unknown as CommandDeps) }
}

const titles = (commands: readonly PaletteCommand[]): string[] => commands.map(({ title }) => title)

describe('commands', () => {
  it('has each id once, and links only screens with a place in the navigation', () => {
    const { commands } = setUp()
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length)
    expect(titles(commands.filter(({ group }) => group === 'Screens'))).toEqual(screens
      .filter(({ icon }) => icon)
      .map(({ title }) => title))
  })

  it('offers for a cache what can be done with it', () => {
    const { commands, deps } = setUp()
    expect(titles(commands.filter(({ group }) => group === 'Caches'))).toEqual([
      'Add entry to default…',
      'View all of default',
      'Switch default off',
      'Export default…',
      'Import into default…',
      'Clear default…',
      'Add entry to products…',
      'View all of products',
      'Switch products on',
      'Export products…',
      'Import into products…',
      'Clear products…',
      'Rename products…',
      'Delete products…',
    ])
    commands.find(({ title }) => title === 'Switch products on')?.run()
    expect(deps.actions.setEnabled).toHaveBeenCalledWith(deps.caches[1], true)
    expect(titles(setUp({ router: { push: vi.fn(), hasRoute: () => true } }).commands)).toContain('Open products')
  })

  it('shows the jobs', () => {
    const { commands, deps } = setUp()
    commands.find(({ title }) => title === 'Show jobs')?.run()
    expect(deps.showJobs).toHaveBeenCalledTimes(1)
  })

  it('offers to administrators alone what concerns everybody', () => {
    const all = titles(setUp().commands)
    const some = titles(setUp({ user: { admin: false } }).commands)
    expect(all.filter(title => !some.includes(title))).toEqual([
      'New user…',
      'Switch all caching off',
      operations['connections.list'].summary.slice(0, -1),
      operations['logs.list'].summary.slice(0, -1),
      operations['diagnostics.get'].summary.slice(0, -1),
      operations['users.list'].summary.slice(0, -1),
    ])
    expect(titles(setUp({ serving: false }).commands)).toContain('Switch all caching on')
  })

  // Red: in src/renderer/src/palette/commands.ts do not look at `backend`, or give no cache.
  it('imports into a cache whose entries are here, and saves and exports any', () => {
    const elsewhere = { ...cache('elsewhere'), backend: { connection: 'main' } } as CacheInfo
    const { commands, deps } = setUp({ caches: [cache('default'), elsewhere] })
    const found = commands.filter(({ title }) => /import|export|snapshot/i.test(title) && !title.startsWith('List'))
    expect(titles(found)).toEqual([
      'Export default…',
      'Import into default…',
      'Export elsewhere…',
      'Save a snapshot…',
      'Import entries…',
    ])
    found.forEach(({ run }) => run())
    expect(vi.mocked(deps.transfer.exportEntries).mock.calls).toEqual([[deps.caches[0]], [elsewhere]])
    expect(vi.mocked(deps.transfer.importEntries).mock.calls).toEqual([[{ cache: 'default' }], []])
    expect(vi.mocked(deps.transfer.saveSnapshot).mock.calls).toEqual([[]])
  })

  it('runs no operation that changes anything behind a name that reads', async () => {
    const { commands, showText } = setUp()
    for (const command of commands.filter(({ group }) => group === 'API'))
      command.run()
    expect(showText.mock.calls.length).toBeGreaterThan(8)
    for (const [title, load, fileName] of showText.mock.calls) {
      const name = fileName.replace(/\.\w+$/, '') as keyof typeof operations
      expect([
        operations[name].method,
        operations[name].mutates,
        `GET ${operations[name].path}`,
      ]).toEqual(['GET', false, title])
      expect(await load()).toContain('media' in operations[name] ? 'object' : name)
    }
  })
})

describe('order and recent use', () => {
  const routed = { push: vi.fn(), hasRoute: () => true } as unknown as CommandDeps['router']
  const { commands, deps } = setUp({ router: routed })

  // Red: in src/renderer/src/palette/commands.ts move `screenCommands` to the front again.
  it('is what has no key of its own first, and the screens last', () => {
    const groups = commands.map(({ group }) => group)
    expect(groups.filter((group, at) => group !== groups[at - 1])).toEqual(['Caches', 'Actions', 'API', 'Screens'])
  })

  it('has further actions at the right of a cache, each with a line of its own', () => {
    const more = commands.find(({ title }) => title === 'Open products')?.more ?? []
    expect(more.map(({ short }) => short)).toEqual(['Add entry', 'View all'])
    expect(commands).toEqual(expect.arrayContaining([...more]))
  })

  // Red: in `recentCommands` let `known` not look whether the cache is there.
  it('offers again what still exists, entries by their keys', () => {
    const { router, caches } = deps as unknown as CommandDeps
    const ids = ['entry:products:a:b\nc', 'entry:gone:a', 'cache:default:Open', 'action:No such']
    const again = recentCommands(ids, commands, { router, caches })
    expect(titles(again)).toEqual(['a:b\nc', 'Open default'])
    again[0]?.run()
    expect(router.push).toHaveBeenCalledWith({
      name: 'cache',
      params: { name: 'products' },
      query: { key: 'a:b\nc', bytes: undefined },
    })
  })
})
