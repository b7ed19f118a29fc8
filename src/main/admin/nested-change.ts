import type { CacheSettings, CacheSettingsChange } from '@shared/cache-settings'
import { NestedSettings } from '@shared/cache-settings'
import { parseInput } from '@shared/validation'
import { givenOnly } from '../base/given-only'

/** The settings that have several parts. */
const nested = ['source', 'backend'] as const

/**
 * What a change comes to: parts of a source or backend that it does not name stay as they are, or
 * are initial where there was none. Throws LarderError `invalid-input`, such as for
 * `source.connection`, if that leaves something missing.
 */
export function completeChange(now: Readonly<CacheSettings>, change: CacheSettingsChange): Partial<CacheSettings> {
  const whole = nested.flatMap((name) => {
    const parts = change[name]
    return parts ? [[name, { ...now[name], ...givenOnly(parts) }] as const] : []
  })
  return { ...change, ...givenOnly(parseInput(NestedSettings, Object.fromEntries(whole))) } as Partial<CacheSettings>
}
