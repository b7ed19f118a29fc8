import type { OperationName, OperationSpec } from '@shared/operations'
import type { CacheInfo, Key, User } from '@shared/schemas'
import type { Component } from 'vue'
import type { Router } from 'vue-router'
import type { Api } from '../api/api'
import type { CacheActions } from '../composables/use-cache-actions'
import type { Theme } from '../stores/theme'
import type { TransferActions } from '../transfer/use-transfer-actions'
import type { KeyActions } from '../views/keys/use-key-actions'
import {
  Braces,
  Camera,
  Copy,
  Database,
  Eye,
  FileText,
  Keyboard,
  KeyRound,
  Link,
  ListChecks,
  LogOut,
  Plus,
  Power,
  Sparkles,
  SunMoon,
  Upload,
  UserPlus,
} from '@lucide/vue'
import { operations } from '@shared/operations'
import { keyQuery } from '../key-query'
import { screens } from '../screens'
import { themeNames } from '../shell/theme-names'
import { cacheCommandId } from '../stores/recent'

/** A command of the palette. */
export interface PaletteCommand {
  id: string
  title: string
  icon: Component
  group: 'Caches' | 'Entries' | 'Actions' | 'API keys' | 'API' | 'Screens'
  /** A further word, shown on the right. */
  detail?: string
  /** Its shortcut. */
  keys?: string
  /** The key of the entry that it opens, which is its title. */
  entryKey?: string
  /** It asks something of the server. */
  server?: true
  /** What else can be done with the same thing, at the right of its line. */
  more?: readonly PaletteCommand[]
  /** Its title at the right of another one's line, which is where it is without a search. */
  short?: string
  run: () => void
}

export interface CommandDeps {
  api: Pick<Api, 'client' | 'origin' | 'owned'>
  router: Pick<Router, 'push' | 'hasRoute'>
  actions: CacheActions
  transfer: TransferActions
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
 * Returns all commands that need no more input than a cache, in the order in which they are shown:
 * first what has no key of its own, last the screens, which are one key away.
 */
export function listCommands(deps: CommandDeps): PaletteCommand[] {
  return [
    ...deps.caches.flatMap(cache => cacheCommands(cache, deps)),
    ...actionCommands(deps),
    ...deps.keys.flatMap(key => keyCommands(key, deps)),
    ...readCommands(deps),
    ...screenCommands(deps),
  ]
}

/** The command that shows an entry of a cache. */
export function entryCommand(cache: string, key: string, { router }: Pick<CommandDeps, 'router'>): PaletteCommand {
  return {
    id: `entry:${cache}:${key}`,
    title: key,
    icon: FileText,
    group: 'Entries',
    detail: `in ${cache}`,
    entryKey: key,
    run: () => void router.push({ name: 'cache', params: { name: cache }, query: keyQuery(key) }),
  }
}

/**
 * The commands of these ids that there still are, to be offered again. Entries are not looked up:
 * their screen says if one is gone.
 */
export function recentCommands(
  ids: readonly string[],
  commands: readonly PaletteCommand[],
  deps: Pick<CommandDeps, 'router' | 'caches'>,
): PaletteCommand[] {
  return ids.flatMap((id) => {
    // Names of caches have no colon.
    const [, cache, key] = /^entry:([^:]+):(.*)$/s.exec(id) ?? []
    const known = cache === undefined || key === undefined
      ? commands.find(command => command.id === id)
      : deps.caches.some(({ name }) => name === cache) ? entryCommand(cache, key, deps) : undefined
    return known ? [known] : []
  })
}

function screenCommands({ router }: CommandDeps): PaletteCommand[] {
  return screens
    .flatMap(({ name, title, icon, key }) => icon
      ? [{
          id: `screen:${name}`,
          title,
          icon,
          group: 'Screens' as const,
          ...(key && { keys: `g ${key}` }),
          run: () => void router.push({ name }),
        }]
      : [])
}

function actionCommands({
  api,
  actions,
  transfer,
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
  const action = (
    icon: Component,
    title: string,
    run: () => void,
    more: Pick<PaletteCommand, 'keys' | 'detail' | 'server'> = {},
  ): PaletteCommand => ({ id: `action:${title}`, title, icon, group: 'Actions', run, ...more })
  return [
    action(Plus, 'New cache…', actions.create, { keys: 'n', server: true }),
    action(Camera, 'Save a snapshot…', () => transfer.saveSnapshot(), { server: true }),
    action(Upload, 'Import entries…', () => transfer.importEntries(), { detail: 'A file, or a Redis', server: true }),
    action(KeyRound, 'New API key…', keyActions.create, { server: true }),
    ...user?.admin ? [action(UserPlus, 'New user…', newUser, { server: true })] : [],
    ...user?.admin
      ? [
          serving
            ? action(
                Power,
                'Switch all caching off',
                () => setServing(false),
                { detail: 'Apps get 503 over HTTP', server: true },
              )
            : action(Power, 'Switch all caching on', () => setServing(true), { server: true }),
        ]
      : [],
    action(
      Sparkles,
      'Create a sample cache',
      actions.createSample,
      { detail: 'Entries of every kind', server: true },
    ),
    action(ListChecks, 'Show jobs', showJobs, { keys: 'g j', detail: 'Long work, whoever began it' }),
    action(Copy, 'Copy the base URL', () => copy(async () => api.origin, 'The base URL'), { detail: api.origin }),
    action(
      Link,
      'Copy a one-time sign-in link',
      () =>
        copy(
          async () => (await api.client['session.code']()).url,
          'A sign-in link, which works once within 10 minutes,',
        ),
      { detail: 'For another browser', server: true },
    ),
    ...(['system', 'light', 'dark'] as const).map(theme =>
      action(SunMoon, `Theme: ${themeNames[theme]}`, () => setTheme(theme))),
    action(Keyboard, 'Keyboard shortcuts', openShortcuts, { keys: '?' }),
    ...api.owned ? [] : [action(LogOut, 'Sign out', signOut)],
  ]
}

function cacheCommands(cache: CacheInfo, { actions, transfer, router }: CommandDeps): PaletteCommand[] {
  const { name, enabled, backend } = cache
  const command = (short: string, title: string, run: () => void): PaletteCommand =>
    ({ id: `cache:${name}:${short}`, title, icon: Database, group: 'Caches', server: true, short, run })
  const others = [
    command('Add entry', `Add entry to ${name}…`, () => actions.addEntry(cache)),
    command('View all', `View all of ${name}`, () => actions.viewAll(cache)),
    command(
      `Switch ${enabled ? 'off' : 'on'}`,
      `Switch ${name} ${enabled ? 'off' : 'on'}`,
      () => actions.setEnabled(cache, !enabled),
    ),
    command('Export', `Export ${name}…`, () => transfer.exportEntries(cache)),
    ...backend === null
      ? [command('Import', `Import into ${name}…`, () => transfer.importEntries({ cache: name }))]
      : [],
    command('Clear', `Clear ${name}…`, () => void actions.clear(cache)),
    ...name === 'default'
      ? []
      : [
          command('Rename', `Rename ${name}…`, () => actions.rename(cache)),
          command('Delete', `Delete ${name}…`, () => void actions.remove(cache)),
        ],
  ]
  if (!router.hasRoute('cache'))
    return others
  const open: PaletteCommand = {
    id: cacheCommandId(name),
    title: `Open ${name}`,
    icon: Database,
    group: 'Caches',
    ...(!enabled && { detail: 'off' }),
    // The others are a search away.
    more: others.slice(0, 2),
    run: () => void router.push({ name: 'cache', params: { name } }),
  }
  return [open, ...others]
}

function keyCommands(key: Key, { keyActions }: CommandDeps): PaletteCommand[] {
  const command = (short: string, title: string, run: () => void): PaletteCommand =>
    ({ id: `key:${key.id}:${short}`, title, icon: KeyRound, group: 'API keys', server: true, short, run })
  const others = [
    command('Edit', `Edit API key ${key.label}…`, () => keyActions.edit(key)),
    command('Rotate', `Rotate API key ${key.label}…`, () => keyActions.rotate(key)),
    command('Revoke', `Revoke API key ${key.label}…`, () => void keyActions.revoke(key)),
  ]
  const { short: _, ...reveal } = command('Reveal', `Reveal API key ${key.label}`, () => keyActions.reveal(key))
  return [{ ...reveal, icon: Eye, more: others.slice(0, 2) }, ...others]
}

/** Operations that only read and need no input; they show the server's answer unchanged. */
function readCommands({ api, user, showText }: CommandDeps): PaletteCommand[] {
  return (Object.entries(operations) as [OperationName, OperationSpec][])
    .filter(([, { method, mutates, reach, input }]) =>
      method === 'GET' && !mutates && (reach === 'own' || user?.admin) && input.safeParse({}).success)
    .map(([name, { summary, path, media }]) => ({
      id: `api:${name}`,
      title: summary.replace(/\.$/, ''),
      icon: Braces,
      group: 'API',
      server: true,
      detail: `GET ${path}`,
      run: () => showText(`GET ${path}`, async () => {
        const answer: unknown = await api.client[name]({} as never)
        return media ? String(answer) : JSON.stringify(answer)
      }, `${name}.${media ? 'txt' : 'json'}`),
    }))
}
