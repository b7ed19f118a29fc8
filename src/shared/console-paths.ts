/**
 * The screens of the console and their paths. The server answers each path with the console's one
 * page; the console's router derives its routes from them. `{name}` is one path segment.
 */
export const consolePaths = {
  overview: '/',
  cache: '/caches/{name}',
  playground: '/playground',
  requests: '/requests',
  sources: '/sources',
  snapshots: '/snapshots',
  keys: '/keys',
  settings: '/settings',
  docs: '/docs',
} as const

export type ScreenName = keyof typeof consolePaths
