import type { CacheSettingName, CacheSettings } from '@shared/cache-settings'
import { settingRows } from '@shared/cache-settings'
import { mapRows } from '@shared/rows'

/** The settings of a cache as their fields hold them: numbers as text, empty for null. */
export type CacheForm = Readonly<Record<CacheSettingName, string | boolean>>

/** Which form it is: that of a new cache, or of one that exists. */
export type CacheFormKind = 'new' | 'change'

export function cacheFormOf(settings: Readonly<CacheSettings>): CacheForm {
  return mapRows(settingRows, (_, name) => {
    const value = settings[name]
    return typeof value === 'boolean' ? value : String(value ?? '')
  })
}

/**
 * What the schemas are to judge: text that is not a number becomes NaN, which they refuse with
 * their own sentence.
 */
export function valuesOf<N extends CacheSettingName>(form: CacheForm, names: readonly N[]): Pick<CacheSettings, N> {
  const values = names.map((name) => {
    const value = form[name]
    const { kind } = settingRows[name]
    if (typeof value === 'boolean' || kind === 'choice')
      return [name, value] as const
    return [name, value.trim() === '' ? null : Number(value)] as const
  })
  return Object.fromEntries(values) as Pick<CacheSettings, N>
}

/** The line below a field. */
export function hintOf(name: CacheSettingName, kind: CacheFormKind): string {
  const { hint, change, ...row } = settingRows[name]
  const none = 'none' in row ? `; empty: ${row.none}` : ''
  return `${hint}${none}.${kind === 'change' && change ? ` ${change}` : ''}`
}
