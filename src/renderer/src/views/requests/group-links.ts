import type { RequestGroup, RequestGrouping } from '@shared/request-groups'
import type { RouteLocationRaw } from 'vue-router'
import { typedKey } from '@shared/entry-key'
import { exactTerm } from '@shared/filter'
import { keyQuery } from '../../key-query'
import { isWholeKey } from './repeat'

/** The entry or the cache that a group is about, if there is one to show. */
export function placeOfGroup(by: RequestGrouping, { name, cache }: RequestGroup): RouteLocationRaw | null {
  if (by === 'cache')
    return { name: 'cache', params: { name } }
  return by === 'key' && cache !== null && isWholeKey(name)
    ? { name: 'cache', params: { name: cache }, query: keyQuery(name) }
    : null
}

/** Where the TTL is set, if entries mostly ended before they were read. */
export function settingsOfGroup(by: RequestGrouping, { name, cache, reason }: RequestGroup): RouteLocationRaw | null {
  const of = by === 'cache' ? name : cache
  return reason === 'expired' && of !== null
    ? { name: 'cache', params: { name: of }, query: { tab: 'settings' } }
    : null
}

/** The terms that find the requests of a group. */
export function termsOfGroup(by: RequestGrouping, { name, cache }: RequestGroup): string[] {
  return [
    ...cache === null ? [] : [exactTerm('cache', cache)],
    exactTerm(by, by === 'key' ? typedKey(name) : name),
  ]
}
