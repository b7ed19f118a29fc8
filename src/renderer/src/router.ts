import type { RouteLocation, Router } from 'vue-router'
import { consolePaths } from '@shared/console-paths'
import { spellKey } from '@shared/key-spelling'
import { watch } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { loadScreensAhead } from './screen-loading'
import { screens } from './screens'
import { useCaches } from './stores/caches'
import { useUnsaved } from './stores/unsaved'

declare module 'vue-router' {
  interface RouteMeta {
    title: string
    open?: boolean
  }
}

/**
 * Creates the router. Each screen is loaded when it is first shown, or some time before;
 * `router.hasRoute(name)` tells whether a screen exists.
 */
export function createConsoleRouter(isConnected: () => boolean): Router {
  const router = createRouter({
    history: createWebHistory('/'),
    routes: [
      ...screens.map(({ name, title, open = false, load }) =>
        ({
          name,
          path: consolePaths[name].replaceAll(/\{(\w+)\}/g, ':$1'),
          component: load,
          props: true,
          meta: { title, open },
        })),
      // What people type who read `/caches/products` and a heading "Overview".
      ...['/caches', '/overview'].map(path => ({ path, redirect: consolePaths.overview })),
      {
        path: '/:path(.*)*',
        component: () => import('./views/missing/MissingView.vue'),
        meta: { title: 'Not found', open: false },
      },
    ],
  })
  // The screen of a cache that got another name goes on with all that is typed there.
  const isRename = ({ name, params }: RouteLocation, from: RouteLocation): boolean =>
    name === 'cache' && from.name === name && useCaches().nameNow(String(from.params.name)) === params.name
  router.beforeEach((to, from) => to.path === from.path || isRename(to, from) || useUnsaved().mayLeave())
  loadScreensAhead(router, isConnected)
  watch(router.currentRoute, ({ meta, params }) => {
    const title = typeof params.name === 'string' ? spellKey(params.name, 64) : meta.title
    document.title = [title, 'Larder'].filter(Boolean).join(' · ')
  })
  return router
}
