import type { SourceSettings } from '@shared/source-settings'
import { writeDuration } from '@shared/durations'
import { mapRows, namesOf } from '@shared/rows'
import { sourceRows } from '@shared/source-settings'

type SourceRowKind = typeof sourceRows[keyof typeof sourceRows]['kind']

/** The settings of a source as the form fields hold them: all as text, times with their units. */
export type SourceForm = Readonly<Record<keyof SourceSettings, string>>

/** The form of a source whose connection alone was chosen. */
export function newSourceForm(connection: string): SourceForm {
  return { connection, ...mapRows(sourceRows, ({ kind, initial }) => textOf(kind, initial)) }
}

export function sourceFormOf(settings: SourceSettings): SourceForm {
  return {
    connection: settings.connection,
    ...mapRows(sourceRows, ({ kind }, name) => textOf(kind, settings[name])),
  }
}

/** What the schemas validate: a part that is no number becomes NaN, which they refuse by name. */
export function sourceOf(form: SourceForm): Record<string, unknown> {
  return { connection: form.connection, ...mapRows(sourceRows, ({ kind }, name) => valueOf(kind, form[name].trim())) }
}

export function isSameSource(one: SourceForm, other: SourceForm): boolean {
  return one.connection === other.connection && namesOf(sourceRows).every(name => one[name] === other[name])
}

/** The fields of a source as errors name them. */
export const sourceFields = ['connection', ...namesOf(sourceRows), 'refresh.every'].map(name => `source.${name}`)

function textOf(kind: SourceRowKind, value: unknown): string {
  switch (kind) {
    case 'time': return writeDuration(Number(value))
    case 'every': return value === null ? '' : writeDuration((value as { every: number }).every)
    default: return String(value)
  }
}

function valueOf(kind: SourceRowKind, text: string): unknown {
  switch (kind) {
    case 'part': return Number(text === '' ? Number.NaN : text)
    case 'every': return text === '' ? null : { every: text }
    default: return text
  }
}
