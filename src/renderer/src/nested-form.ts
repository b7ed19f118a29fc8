import type { NestedSetting } from '@shared/nested-settings'
import { writeDuration } from '@shared/durations'
import { mapRows, namesOf } from '@shared/rows'

/**
 * A setting of several parts as its form fields hold it: all as text, times with their units; a
 * source and a backend have a `connection` besides.
 */
export type NestedForm = Readonly<Record<string, string>>

type NestedRows = Readonly<Record<string, NestedSetting>>

/** The form of one of which nothing has been chosen, or its connection alone. */
export function newNestedForm(rows: NestedRows, connection?: string): NestedForm {
  const parts: NestedForm = mapRows(rows, ({ kind, initial }) => textOf(kind, initial))
  return connection === undefined ? parts : { ...parts, connection }
}

export function nestedFormOf(rows: NestedRows, settings: Readonly<Record<string, unknown>>): NestedForm {
  const parts: NestedForm = mapRows(rows, ({ kind }, name) => textOf(kind, settings[name]))
  return 'connection' in settings ? { ...parts, connection: String(settings.connection) } : parts
}

/** What the schemas validate: a part that is no number becomes NaN, which they refuse by name. */
export function nestedValueOf(rows: NestedRows, form: NestedForm): Record<string, unknown> {
  const parts = mapRows(rows, ({ kind }, name) => {
    // Spaces around a prefix are a part of it.
    const text = kind === 'exact' ? form[name] ?? '' : (form[name] ?? '').trim()
    switch (kind) {
      case 'near': return { ttl: text }
      case 'every': return text === '' ? null : { every: text }
      case 'part':
      case 'number': return Number(text === '' ? Number.NaN : text)
      case 'list': return text.split(/[\s,]+/).filter(item => item !== '')
      case 'switch': return text === 'true'
      default: return text
    }
  })
  return form.connection === undefined ? parts : { ...parts, connection: form.connection }
}

export function isSameForm(one: NestedForm, other: NestedForm): boolean {
  return namesOf(one).every(name => one[name] === other[name])
}

/** The parts of a setting as errors name them. */
export function nestedFields(setting: string, rows: NestedRows): string[] {
  return ['connection', ...namesOf(rows)].flatMap(name => namesInErrors(setting, rows, name))
}

/** The names that one part has in errors: its own, and that of what is in it. */
export function namesInErrors(setting: string, rows: NestedRows, name: string): string[] {
  const field = `${setting}.${name}`
  switch (rows[name]?.kind) {
    case 'near': return [field, `${field}.ttl`]
    case 'every': return [field, `${field}.every`]
    default: return [field]
  }
}

function textOf(kind: string, value: unknown): string {
  if (kind === 'near')
    return textOf('time', (value as { ttl: number | null }).ttl ?? 'none')
  if (kind === 'every')
    return textOf('time', (value as { every: number } | null)?.every)
  if (value === undefined)
    return ''
  if (Array.isArray(value))
    return value.join(', ')
  return kind === 'time' && typeof value === 'number' ? writeDuration(value) : String(value)
}
