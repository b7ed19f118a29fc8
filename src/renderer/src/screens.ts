import type { ScreenName } from '@shared/console-paths'
import type { Component } from 'vue'
import {
  BookOpenText,
  Cable,
  Camera,
  KeyRound,
  LayoutDashboard,
  ScrollText,
  Settings2,
  SquareTerminal,
} from '@lucide/vue'

/** A screen of the console. src/shared/console-paths.ts has its path in the row of this name. */
interface Screen {
  name: ScreenName
  /** Its heading, and the text of its link in the navigation and of its line in the palette. */
  title: string
  /** Left out if only other screens lead to it, so that it has no link in the navigation. */
  icon?: Component
  /** The second key of its shortcut, after `g`. */
  key?: string
  /** Whether it can be read without signing in. */
  open?: boolean
  load: () => Promise<{ default: Component }>
}

/** Every screen that exists, in the order of the navigation. Nothing links to any other screen. */
export const screens: readonly Screen[] = [
  {
    name: 'overview',
    title: 'Overview',
    icon: LayoutDashboard,
    key: 'o',
    load: () => import('./views/overview/OverviewView.vue'),
  },
  { name: 'cache', title: 'Cache', load: () => import('./views/cache/CacheView.vue') },
  {
    name: 'playground',
    title: 'Playground',
    icon: SquareTerminal,
    key: 'p',
    load: () => import('./views/playground/PlaygroundView.vue'),
  },
  {
    name: 'requests',
    title: 'Requests',
    icon: ScrollText,
    key: 'r',
    load: () => import('./views/requests/RequestsView.vue'),
  },
  {
    name: 'sources',
    title: 'Sources',
    icon: Cable,
    key: 'u',
    load: () => import('./views/sources/SourcesView.vue'),
  },
  {
    name: 'snapshots',
    title: 'Snapshots',
    icon: Camera,
    key: 'n',
    load: () => import('./views/snapshots/SnapshotsView.vue'),
  },
  { name: 'keys', title: 'API keys', icon: KeyRound, key: 'k', load: () => import('./views/keys/KeysView.vue') },
  {
    name: 'settings',
    title: 'Settings',
    icon: Settings2,
    key: 's',
    load: () => import('./views/settings/SettingsView.vue'),
  },
  {
    name: 'docs',
    title: 'Docs',
    icon: BookOpenText,
    key: 'd',
    open: true,
    load: () => import('./views/docs/DocsView.vue'),
  },
]
