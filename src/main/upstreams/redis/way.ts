import type { ConnectionDefinition } from '@shared/connections/read'
import type { Socket } from 'node:net'
import type { Attempt } from '../driver'
import { redisAddressOf } from '@shared/connections/redis'
import { dial } from '../dial'

/** A socket to the server of a connection. Throws SourceError. */
export function dialRedis({ values }: Pick<ConnectionDefinition, 'values'>, attempt: Attempt): Promise<Socket> {
  const { scheme, host, port, path } = redisAddressOf(values)
  const ca = values.ca === undefined ? {} : { ca: String(values.ca) }
  return dial(
    scheme === 'unix' ? { path } : { host, port, tls: scheme === 'rediss' ? { plain: 'redis://', ...ca } : null },
    attempt,
  )
}

/** User and password; neither where the server wants nobody. */
export function credentialsOf(
  { values, secrets: { password } }: ConnectionDefinition,
): [user: string | undefined, password: string | undefined] {
  const user = values.user === undefined ? undefined : String(values.user)
  return [user, user !== undefined ? password ?? '' : password]
}
