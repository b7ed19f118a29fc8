import type { SourceSettings } from '@shared/source-settings'
import { writeDuration } from '@shared/durations'
import { mapRows, namesOf } from '@shared/rows'
import { sourceRows } from '@shared/source-settings'

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
  const values = namesOf(sourceRows).map((name) => {
    const text = form[name].trim()
    return [name, sourceRows[name].kind === 'part' ? Number(text === '' ? Number.NaN : text) : text] as const
  })
  return { connection: form.connection, ...Object.fromEntries(values) }
}

/** The fields of a source as errors name them. */
export const sourceFields = ['connection', ...namesOf(sourceRows)].map(name => `source.${name}`)

function textOf(kind: string, value: unknown): string {
  return kind === 'time' && typeof value === 'number' ? writeDuration(value) : String(value)
}
