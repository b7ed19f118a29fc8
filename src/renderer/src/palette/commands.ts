import type { OperationName, OperationSpec } from '@shared/operations'
import type { CacheInfo, Key, User } from '@shared/schemas'
import type { Router } from 'vue-router'
import type { Api } from '../api/api'
import type { CacheActions } from '../composables/use-cache-actions'
import type { Theme } from '../stores/theme'
import type { KeyActions } from '../views/keys/use-key-actions'
import { operations } from '@shared/operations'
import { screens } from '../screens'
import { themeNames } from '../shell/theme-names'

/** A command of the palette. */
export interface PaletteCommand {
  id: string
  title: string
  group: 'Screens' | 'Actions' | 'Caches' | 'API keys' | 'API'
  /** A further word, shown on the right. */
  detail?: string
  /** Its shortcut. */
  keys?: string
  run: () => void
}

export interface CommandDeps {
  api: Pick<Api, 'client' | 'origin' | 'owned'>
  router: Pick<Router, 'push' | 'hasRoute'>
  actions: CacheActions
  caches: readonly CacheInfo[]
  keyActions: KeyActions
  keys: readonly Key[]
  newUser: () => void
  user: Pick<User, 'admin'> | null
  /** Whether the global switch is on. */
  serving: boolean
  setServing: (on: boolean) => void
  setTheme: (theme: Theme) => void
  copy: (text: () => Promise<string>, what: string) => void
  showText: (title: string, load: () => Promise<string>, fileName: string) => void
  openShortcuts: () => void
  showJobs: () => void
  signOut: () => void
}

/**
 * Returns all commands that need no more input than a cache, in the order in which an empty search
 * shows them.
 */
export function listCommands(deps: CommandDeps): PaletteCommand[] {
  return [
    ...screenCommands(deps),
    ...actionCommands(deps),
    ...deps.caches.flatMap(cache => cacheCommands(cache, deps)),
    ...deps.keys.flatMap(key => keyCommands(key, deps)),
    ...readCommands(deps),
  ]
}

function screenCommands({ router }: CommandDeps): PaletteCommand[] {
  return screens
    .filter(screen => screen.icon)
    .map(({ name, title, key }) =>
      ({
        id: `screen:${name}`,
        title,
        group: 'Screens',
        ...(key && { keys: `g ${key}` }),
        run: () => void router.push({ name }),
      }))
}

function actionCommands({
  api,
  actions,
  keyActions,
  newUser,
  user,
  serving,
  setServing,
  setTheme,
  copy,
  openShortcuts,
  showJobs,
  signOut,
}: CommandDeps): PaletteCommand[] {
  const action = (title: string, run: () => void, more: Pick<PaletteCommand, 'keys' | 'detail'> = {}): PaletteCommand =>
    ({ id: `action:${title}`, title, group: 'Actions', run, ...more })
  return [
    action('New cache…', actions.create, { keys: 'n' }),
    action('New API key…', keyActions.create),
    ...user?.admin ? [action('New user…', newUser)] : [],
    ...user?.admin
      ? [
          serving
            ? action('Switch all caching off', () => setServing(false), { detail: 'Every app gets 503' })
            : action('Switch all caching on', () => setServing(true)),
        ]
      : [],
    action('Create a sample cache', actions.createSample, { detail: 'Entries of every kind' }),
    action('Show jobs', showJobs, { keys: 'g j', detail: 'Long work, whoever began it' }),
    action('Copy the base URL', () => copy(async () => api.origin, 'The base URL'), { detail: api.origin }),
    action(
      'Copy a one-time sign-in link',
      () =>
        copy(
          async () => (await api.client['session.code']()).url,
          'A sign-in link, which works once within 10 minutes,',
        ),
      { detail: 'For another browser' },
    ),
    ...(['system', 'light', 'dark'] as const).map(theme =>
      action(`Theme: ${themeNames[theme]}`, () => setTheme(theme))),
    action('Keyboard shortcuts', openShortcuts, { keys: '?' }),
    ...api.owned ? [] : [action('Sign out', signOut)],
  ]
}

function cacheCommands(cache: CacheInfo, { actions, router }: CommandDeps): PaletteCommand[] {
  const { name, enabled } = cache
  const command = (title: string, run: () => void): PaletteCommand =>
    ({ id: `cache:${name}:${title}`, title, group: 'Caches', run })
  return [
    ...router.hasRoute('cache')
      ? [command(`Open ${name}`, () => void router.push({ name: 'cache', params: { name } }))]
      : [],
    command(`Add entry to ${name}…`, () => actions.addEntry(cache)),
    command(`View all of ${name}`, () => actions.viewAll(cache)),
    command(`Switch ${name} ${enabled ? 'off' : 'on'}`, () => actions.setEnabled(cache, !enabled)),
    command(`Clear ${name}…`, () => void actions.clear(cache)),
    ...name === 'default'
      ? []
      : [
          command(`Rename ${name}…`, () => actions.rename(cache)),
          command(`Delete ${name}…`, () => void actions.remove(cache)),
        ],
  ]
}

function keyCommands(key: Key, { keyActions }: CommandDeps): PaletteCommand[] {
  const command = (title: string, run: () => void): PaletteCommand =>
    ({ id: `key:${key.id}:${title}`, title, group: 'API keys', run })
  return [
    command(`Reveal API key ${key.label}`, () => keyActions.reveal(key)),
    command(`Edit API key ${key.label}…`, () => keyActions.edit(key)),
    command(`Rotate API key ${key.label}…`, () => keyActions.rotate(key)),
    command(`Revoke API key ${key.label}…`, () => void keyActions.revoke(key)),
  ]
}

/** Operations that only read and need no input; they show the server's answer unchanged. */
function readCommands({ api, user, showText }: CommandDeps): PaletteCommand[] {
  return (Object.entries(operations) as [OperationName, OperationSpec][])
    .filter(([, { method, mutates, reach, input }]) =>
      method === 'GET' && !mutates && (reach === 'own' || user?.admin) && input.safeParse({}).success)
    .map(([name, { summary, path, media }]) => ({
      id: `api:${name}`,
      title: summary.replace(/\.$/, ''),
      group: 'API',
      detail: `GET ${path}`,
      run: () => showText(`GET ${path}`, async () => {
        const answer: unknown = await api.client[name]({} as never)
        return media ? String(answer) : JSON.stringify(answer)
      }, `${name}.${media ? 'txt' : 'json'}`),
    }))
}

/**
 * Returns the commands that contain every word of the search. Titles that begin with the search
 * come first, then those in which every word begins a word of the title.
 */
export function searchCommands(commands: readonly PaletteCommand[], search: string): PaletteCommand[] {
  const words = search.toLowerCase().split(/\s+/).filter(word => word !== '')
  if (words.length === 0)
    return [...commands]
  const ranked: { command: PaletteCommand, rank: number }[] = []
  for (const command of commands) {
    const title = command.title.toLowerCase()
    const text = `${title} ${command.group.toLowerCase()} ${command.detail?.toLowerCase() ?? ''}`
    if (!words.every(word => text.includes(word)))
      continue
    const starts = (word: string): boolean => title.startsWith(word) || title.includes(` ${word}`)
    ranked.push({ command, rank: title.startsWith(words.join(' ')) ? 0 : words.every(starts) ? 1 : 2 })
  }
  return ranked.sort((a, b) => a.rank - b.rank).map(({ command }) => command)
}
