import type { ConnectionField } from '@shared/connections/driver'
import type { DriverName } from '@shared/connections/drivers'
import type { ConnectionInfo, ConnectionResult, ConnectionStep } from '@shared/connections/schemas'
import { driverRows } from '@shared/connections/drivers'
import { mapRows, namesOf } from '@shared/rows'

/** The fields of a connection as text; a secret that is kept is empty. */
export type ConnectionForm = Readonly<Record<string, string>>

export function connectionFormOf(driver: DriverName, connection?: ConnectionInfo): ConnectionForm {
  return mapRows(driverRows[driver].fields, ({ kind }, name) => {
    const value = connection?.[name]
    if (kind === 'secret' || value === undefined || value === null)
      return ''
    return Array.isArray(value) ? value.join(', ') : String(value)
  })
}

/** Whether a field means something beside what is chosen in another one. */
export function isApplicable({ when }: ConnectionField, form: ConnectionForm): boolean {
  return when === undefined || when.among.includes(form[when.field] ?? '')
}

function textOf(driver: DriverName, name: string, form: ConnectionForm): string {
  const row = driverRows[driver].fields[name]
  return row && isApplicable(row, form) ? form[name]?.trim() ?? '' : ''
}

/** What is given for a new connection: fields that are empty are left out. */
export function givenFields(driver: DriverName, form: ConnectionForm): Record<string, unknown> {
  return Object.fromEntries(namesOf(driverRows[driver].fields).flatMap((name) => {
    const text = textOf(driver, name, form)
    return text === '' ? [] : [[name, valueOf(driver, name, text)]]
  }))
}

/** What differs from a connection that is saved; null takes away what is empty now. */
export function changedFields(connection: ConnectionInfo, form: ConnectionForm): Record<string, unknown> {
  const { driver } = connection
  const before = connectionFormOf(driver, connection)
  return Object.fromEntries(Object.entries(driverRows[driver].fields).flatMap(([name, row]) => {
    const text = textOf(driver, name, form)
    // A secret that means nothing any more is not seen, but would be kept.
    if (text === before[name] && (row.kind !== 'secret' || isApplicable(row, form) || !isSet(connection[name])))
      return []
    return [[name, text === '' ? null : valueOf(driver, name, text)]]
  }))
}

function isSet(shown: unknown): boolean {
  return (shown as { set?: boolean } | undefined)?.set === true
}

function valueOf(driver: DriverName, name: string, text: string): string | string[] {
  return driverRows[driver].fields[name]?.kind === 'list' ? text.split(/[\s,]+/).filter(part => part !== '') : text
}

/** Where a connection leads, for people. */
export function addressOf(connection: ConnectionInfo): string {
  const { fields } = driverRows[connection.driver]
  const name = namesOf(fields).find(field => fields[field]?.required)
  const value = name === undefined ? '' : connection[name]
  return Array.isArray(value) ? value.join(', ') : String(value ?? '')
}

const stepNames = {
  resolve: 'Find the address',
  connect: 'Connect',
  secure: 'Agree on TLS',
  authenticate: 'Sign in',
  read: 'Read',
  write: 'Write',
} as const satisfies Record<ConnectionStep, string>

interface TestLine { name: string, state: 'ok' | 'failed' }

/** The steps that a test did and how each ended. */
export function testLines(result: ConnectionResult): TestLine[] {
  const failed = result.ok ? null : result.step
  return result.steps.map(step => ({ name: stepNames[step], state: step === failed ? 'failed' : 'ok' }))
}
