import type { CacheSettingName, CacheSettings } from '@shared/cache-settings'
import { settingRows } from '@shared/cache-settings'
import { mapRows } from '@shared/rows'

/** The settings of a cache as the form fields hold them: numbers as text, null as empty text. */
export type CacheForm = Readonly<Record<CacheSettingName, string | boolean>>

/** Whether the form creates a cache or changes one. */
export type CacheFormKind = 'new' | 'change'

export function cacheFormOf(settings: Readonly<CacheSettings>): CacheForm {
  return mapRows(settingRows, (_, name) => {
    const value = settings[name]
    return typeof value === 'boolean' ? value : String(value ?? '')
  })
}

/**
 * Returns the values that the schemas validate. Text that is not a number becomes NaN, which the
 * schemas refuse with their own message.
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
