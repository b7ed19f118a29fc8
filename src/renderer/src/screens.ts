import type { ScreenName } from '@shared/console-paths'
import type { Component } from 'vue'
import { BookOpenText, KeyRound, LayoutDashboard, ScrollText, Settings2, SquareTerminal } from '@lucide/vue'

/** A screen of the console. Its path is the row of the same name in src/shared/console-paths.ts. */
interface Screen {
  name: ScreenName
  /** Its heading, its link in the navigation and its line in the palette. */
  title: string
  /** Left out: reached from other screens only, so without a link in the navigation. */
  icon?: Component
  /** Second key of its shortcut, after `g`. */
  key?: string
  /** Readable without signing in. */
  open?: boolean
  load: () => Promise<{ default: Component }>
}

/**
 * Every screen that is built, in the order of the navigation. A screen without a row is linked
 * nowhere.
 */
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
