import type { ConnectionInfo } from '@shared/connections/schemas'
import type { Principal } from '../base/principal'
import type { CacheFigures } from '../serving/ports'
import { LarderError } from '@shared/errors'
import { counted } from '@shared/grouped'

/** Names that an error tells; of the others there is a number. */
const named = 10

/** The caches that use a connection: by their names where the caller may see them. */
export function usersOf(caches: readonly CacheFigures[], caller: Principal): ConnectionInfo['usedBy'] {
  const visible = caches.map(({ definition }) => definition)
    .filter(({ space, name }) => space === caller.userId && (caller.caches === null || caller.caches.has(name)))
  return { caches: visible.map(({ name }) => name).sort(), others: caches.length - visible.length }
}

/**
 * Throws LarderError `connection-in-use` if users who are not administrators use it: without the
 * offer they could not have chosen it.
 */
export function refuseTakingBack(connection: string, { length }: readonly CacheFigures[]): void {
  if (length === 0)
    return
  throw new LarderError(
    'connection-in-use',
    `${connection} cannot be taken back, because ${counted(length, 'cache', 'caches')} of users who are not `
    + `administrators ${length === 1 ? 'uses' : 'use'} it. They have to give ${length === 1 ? 'it' : 'them'} another `
    + 'connection, or none, first.',
  )
}

/** Throws LarderError `connection-in-use` if any cache uses it. */
export function refuseInUse(connection: string, { caches, others }: ConnectionInfo['usedBy']): void {
  if (caches.length === 0 && others === 0)
    return
  const hidden = caches.length - named
  const all = [
    ...caches.slice(0, named),
    ...hidden > 0 ? [`${hidden} more`] : [],
    ...others > 0 ? [`${counted(others, 'cache', 'caches')} that you may not see`] : [],
  ]
  const [last = '', ...before] = all.reverse()
  const list = [...before.length > 0 ? [before.reverse().join(', ')] : [], last].join(' and ')
  const isOne = caches.length + others === 1
  throw new LarderError(
    'connection-in-use',
    `${connection} cannot be deleted, because ${list} ${isOne ? 'uses' : 'use'} it. `
    + `Give ${isOne ? 'it' : 'them'} another connection, or none, first.`,
  )
}
