import type { CacheSettings, CacheSettingsChange } from '@shared/cache-settings'
import { hasIdleType, idleType, initialType } from '@shared/backend-settings'
import { NestedSettings } from '@shared/cache-settings'
import { invalidField } from '@shared/errors'
import { parseInput } from '@shared/validation'
import { givenOnly } from '../base/given-only'

/** The settings that have several parts. */
const nested = ['source', 'backend', 'gateway'] as const

/**
 * What a change comes to: parts of a source, backend or gateway that it does not name stay as they
 * are, or are initial where there was none. Throws LarderError `invalid-input`, such as for
 * `source.connection`, if that leaves something missing.
 */
export function completeChange(now: Readonly<CacheSettings>, change: CacheSettingsChange): Partial<CacheSettings> {
  const whole = nested.flatMap((name) => {
    const parts = change[name]
    return parts ? [[name, { ...now[name], ...givenOnly(parts) }] as const] : []
  })
  const complete = givenOnly(parseInput(NestedSettings, Object.fromEntries(whole)))
  return { ...change, ...complete, ...withoutIdleType(complete.backend, change.backend) } as Partial<CacheSettings>
}

/**
 * A backend whose format becomes envelope has no content type any more. One that an older Larder
 * has stored with both stays as it is.
 */
function withoutIdleType(
  after: CacheSettings['backend'] | undefined,
  change: CacheSettingsChange['backend'],
): Partial<Pick<CacheSettings, 'backend'>> {
  if (!after || !change || !hasIdleType(after))
    return {}
  if (change.contentType !== undefined)
    throw invalidField('backend.contentType', idleType)
  return change.format === undefined ? {} : { backend: { ...after, contentType: initialType } }
}
