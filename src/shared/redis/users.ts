/** The user name of who gives none. It means the first database, and no cache of this name. */
export const defaultRedisUser = 'default'
/** The cache of who gives no user name. */
export const firstRedisDatabase = 'db0'

/** Whether a client can name this cache, as its user name. */
export function isRedisUser(cache: string): boolean {
  return cache !== defaultRedisUser
}
