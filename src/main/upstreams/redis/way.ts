import type { ConnectionDefinition } from '@shared/connections/read'
import type { RedisHost } from '@shared/connections/redis-url'
import type { Socket } from 'node:net'
import type { Attempt } from '../driver'
import { redisAddressOf } from '@shared/connections/redis'
import { dial } from '../dial'

/** What of a connection is needed to get to any of its servers. */
export type RedisDefinition = Pick<ConnectionDefinition, 'values' | 'secrets'>

/**
 * A socket to a server of a connection. Throws SourceError.
 *
 * @param at undefined = where the URL leads
 */
export function dialRedis({ values }: RedisDefinition, attempt: Attempt, at?: RedisHost): Promise<Socket> {
  const { scheme, path, ...own } = redisAddressOf(values)
  const { host, port } = at ?? own
  const ca = values.ca === undefined ? {} : { ca: String(values.ca) }
  return dial(
    scheme === 'unix' ? { path } : { host, port, tls: scheme === 'rediss' ? { plain: 'redis://', ...ca } : null },
    attempt,
  )
}

/** User and password; neither where the server wants nobody. */
export function credentialsOf(
  { values, secrets: { password } }: RedisDefinition,
): [user: string | undefined, password: string | undefined] {
  const user = values.user === undefined ? undefined : String(values.user)
  return [user, user !== undefined ? password ?? '' : password]
}
