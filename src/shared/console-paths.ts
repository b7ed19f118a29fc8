/**
 * The screens of the console and their paths. The server answers each with the console's one page,
 * the console's router makes its routes from them. `{name}` stands for one path segment.
 */
export const consolePaths = {
  overview: '/',
  cache: '/caches/{name}',
  playground: '/playground',
  requests: '/requests',
  keys: '/keys',
  settings: '/settings',
  docs: '/docs',
} as const

export type ScreenName = keyof typeof consolePaths
