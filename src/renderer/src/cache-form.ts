import type { CacheSettingName, CacheSettings, CacheSettingsInput } from '@shared/cache-settings'
import type { NestedSetting } from '@shared/nested-settings'
import type { NestedForm } from './nested-form'
import { backendRows } from '@shared/backend-settings'
import { cacheSettingNames, settingRows } from '@shared/cache-settings'
import { writeDuration } from '@shared/durations'
import { gatewayRows } from '@shared/gateway-settings'
import { mapRows } from '@shared/rows'
import { writeSize } from '@shared/sizes'
import { sourceRows } from '@shared/source-settings'
import { formatTtl } from './format'
import { isSameForm, nestedFields, nestedFormOf, nestedValueOf } from './nested-form'

/**
 * A setting of a cache as its form field holds it: numbers as text, with units for times and sizes;
 * null as empty text. A source, backend or gateway has fields of its own; null = none.
 */
export type CacheFormValue = string | boolean | NestedForm | null
export type CacheForm = Readonly<Record<CacheSettingName, CacheFormValue>>

/** The settings that have several parts, by their kind, which is also their name in errors. */
const nestedRows: Readonly<Record<string, Readonly<Record<string, NestedSetting>>>> = {
  source: sourceRows,
  backend: backendRows,
  gateway: gatewayRows,
}

/** The fields of a form by their names in errors. */
export const cacheFields = [
  ...cacheSettingNames,
  ...Object.entries(nestedRows).flatMap(([setting, rows]) => nestedFields(setting, rows)),
]

/** Whether the form creates a cache or changes one. */
export type CacheFormKind = 'new' | 'change'

export function cacheFormOf(settings: Readonly<CacheSettings>): CacheForm {
  return mapRows(settingRows, ({ kind }, name) => {
    const value = settings[name]
    if (typeof value === 'object' && value !== null)
      return nestedFormOf(nestedRows[kind] ?? {}, value)
    if (Object.hasOwn(nestedRows, kind))
      return null
    if (typeof value !== 'number')
      return value ?? ''
    return kind === 'time' ? writeDuration(value) : kind === 'bytes' ? writeSize(value) : String(value)
  })
}

/**
 * Returns the values that the schemas validate: times and sizes as text. A count that is not a
 * number becomes NaN, which the schemas refuse with their own message.
 */
export function valuesOf<N extends CacheSettingName>(
  form: CacheForm,
  names: readonly N[],
): Pick<CacheSettingsInput, N> {
  const values = names.map((name) => {
    const value = form[name]
    const { kind } = settingRows[name]
    if (value === null || typeof value === 'boolean')
      return [name, value] as const
    if (kind === 'choice')
      return [name, value === '' ? null : value] as const
    if (typeof value === 'object')
      return [name, nestedValueOf(nestedRows[kind] ?? {}, value)] as const
    const text = value.trim()
    return [name, text === '' ? null : kind === 'count' ? Number(text) : text] as const
  })
  return Object.fromEntries(values) as Pick<CacheSettingsInput, N>
}

/** The settings in which two forms differ. */
export function changedSettings(now: CacheForm, before: CacheForm): CacheSettingName[] {
  return cacheSettingNames.filter((name) => {
    const [value, former] = [now[name], before[name]]
    return value !== former && !(isNested(value) && isNested(former) && isSameForm(value, former))
  })
}

function isNested(value: CacheFormValue): value is NestedForm {
  return typeof value === 'object' && value !== null
}

/** What may be written into the field TTL of an entry; `own` is the TTL of its cache in seconds. */
export function ttlHint(own: number | null): string {
  return `90, 15m, 2h or none. Empty: the cache's own, ${formatTtl(own).toLowerCase()}.`
}

const forms: Readonly<Record<string, string>> = { time: ', as 90, 15m or 2h', bytes: ', as 64MB or 1GB' }

/** The line below a field. */
export function hintOf(name: CacheSettingName, kind: CacheFormKind): string {
  const { hint, change, ...row } = settingRows[name]
  // The list of a choice says it already.
  const none = 'none' in row && row.kind !== 'choice' ? `; empty: ${row.none}` : ''
  return `${hint}${forms[row.kind] ?? ''}${none}.${kind === 'change' && change ? ` ${change}` : ''}`
}
