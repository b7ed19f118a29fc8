import type { Authenticator, Principal } from '../base/principal'
import type { KeyRing } from './key-ring'
import type { Sessions } from './sessions'
import type { StoredSettings } from './stored-settings'
import type { UserDirectory } from './user-directory'
import { Buffer } from 'node:buffer'
import { anonymousKey } from '../base/principal'
import { digestOf, sameDigest } from './digest'
import { parseKeyId } from './key-format'
import { anonymousPrincipal, userPrincipal } from './principals'
import { createVerifiedSecrets } from './verified-secrets'

interface AuthenticatorDependencies {
  keys: KeyRing
  sessions: Sessions
  users: UserDirectory
  settings: StoredSettings
  /** Token of the command line, from a private file in the data folder. */
  controlToken: string
  /** `LARDER_API_KEY`; any text of at least 16 characters. */
  environmentKey: string | null
}

/** A credential that was given at the start and acts for the owner. */
interface FixedCredential {
  kind: 'control' | 'environment'
  digests: Buffer[]
  principal: Principal | undefined
}

const shortestSecret = 16

/** Throws Error if the control token or the environment key is too short to protect anything. */
export function createAuthenticator({
  keys,
  sessions,
  users,
  settings,
  controlToken,
  environmentKey,
}: AuthenticatorDependencies): Authenticator {
  const fixed = [fixedCredential('control', controlToken)]
  if (environmentKey !== null)
    fixed.push(fixedCredential('environment', environmentKey))
  const verified = createVerifiedSecrets()
  let anonymous: { from: unknown, principal: Principal | undefined } = { from: undefined, principal: undefined }

  function verifyFixed(digest: Buffer): Principal | undefined {
    const found = fixed.find(({ digests }) => digests.some(own => sameDigest(own, digest)))
    if (found && !found.principal) {
      const owner = users.owner()
      found.principal = owner && userPrincipal(found.kind, owner)
    }
    return found?.principal
  }

  function find(secret: string, findSession: (token: string) => Principal | undefined): Principal | undefined {
    const digest = digestOf(secret)
    const id = parseKeyId(secret)
    const key = id === undefined ? undefined : keys.verify(id, digest)
    // An environment key may look like anything, even like an API key or a session token, so the
    // search never ends because of how a secret looks.
    const session = key ? undefined : findSession(secret)
    const principal = key?.principal ?? session ?? verifyFixed(digest)
    // Sessions and former secrets expire without notice, so they are not remembered but checked
    // each time.
    if (principal && !session && key?.lasting !== false)
      verified.remember(secret, principal)
    return principal
  }

  function withoutKey(): Principal | undefined {
    const now = settings.anonymous()
    const owner = users.owner()
    // Settings are replaced as a whole, so the same object means the same principal.
    if (owner && anonymous.from !== now)
      anonymous = { from: now, principal: now.enabled ? anonymousPrincipal(owner, now.scopes) : undefined }
    return anonymous.principal
  }

  return {
    authenticate(secret, attended = true) {
      const principal = verified.find(secret, keys.revision)
      if (!principal)
        return secret === anonymousKey ? withoutKey() : find(secret, attended ? sessions.verify : sessions.peek)
      if (principal.keyId !== null)
        keys.noteUse(principal.keyId)
      return principal
    },
    stillHolds: secret => secret === anonymousKey ? withoutKey() : find(secret, sessions.peek),
    anonymous: withoutKey,
    allowsOrigin: keys.allowsOrigin,
  }
}

function fixedCredential(kind: FixedCredential['kind'], secret: string): FixedCredential {
  if (secret.length < shortestSecret)
    throw new Error(`The ${kind} key must have at least ${shortestSecret} characters`)
  // Clients send UTF-8, but Node reads header bytes as Latin-1, so the same secret looks different
  // there.
  const fromHeader = Buffer.from(secret, 'utf8').toString('latin1')
  return { kind, digests: [digestOf(secret), digestOf(fromHeader)], principal: undefined }
}
