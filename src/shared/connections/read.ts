import type { DriverRow, FieldValue, FieldValues } from './driver'
import type { DriverName } from './drivers'
import { z } from 'zod'
import { LarderError } from '../errors'
import { namesOf } from '../rows'
import { parseInput } from '../validation'
import { driverRows } from './drivers'
import '../without-eval'

/** What a connection is, apart from its name. */
export interface ConnectionDefinition {
  driver: DriverName
  /** Without secrets. */
  values: FieldValues
  secrets: Readonly<Record<string, string>>
}

/** The schemas of a driver's fields as they are given when a connection is created. */
export function creationFields({ fields }: Pick<DriverRow, 'fields'>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(fields).map(([name, { schema, required, hint, example }]) => {
    const described = schema.meta({ description: `${hint}.`, ...example !== undefined && { examples: [example] } })
    return [name, required ? described : described.optional()]
  }))
}

/** Takes secrets out of the other fields of what somebody wrote. Throws `invalid-input`. */
export function separateSecrets(driver: DriverName, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return driverRows[driver].separate?.(given) ?? { ...given }
}

/**
 * Checks all fields of a connection, with its secrets. Throws LarderError `invalid-input`, which
 * names the wrong fields and quotes none of them.
 */
export function readConnection(driver: DriverName, given: Readonly<Record<string, unknown>>): ConnectionDefinition {
  const row = driverRows[driver]
  const parsed = parseInput(z.strictObject(creationFields(row)), separateSecrets(driver, given))
  const set = Object.entries(parsed).filter((entry): entry is [string, FieldValue] => entry[1] !== undefined)
  const isSecret = (name: string): boolean => row.fields[name]?.kind === 'secret'
  const values = Object.fromEntries(set.filter(([name]) => !isSecret(name)))
  const problem = row.check?.(values)
  if (problem)
    throw new LarderError('invalid-input', problem.message, { errors: [problem] })
  const secrets = Object.fromEntries(set.filter(([name]) => isSecret(name))) as Record<string, string>
  return { driver, values, secrets }
}

/** Scheme, host and port, or what stands for them. */
export function placeOf({ driver, values }: Pick<ConnectionDefinition, 'driver' | 'values'>): string {
  return driverRows[driver].place(values)
}

/** The names of the secret fields of a driver. */
export function secretFields(driver: DriverName): string[] {
  const { fields } = driverRows[driver]
  return namesOf(fields).filter(name => fields[name]?.kind === 'secret')
}

/**
 * The driver that a URL belongs to, and its fields as the URL gives them, unchecked. Throws
 * LarderError `invalid-input`, whose message does not quote it.
 */
export function fieldsOfUrl(url: string): { driver: DriverName, fields: Record<string, unknown> } {
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? ''
  const driver = namesOf(driverRows).find(name => driverRows[name].schemes.includes(scheme))
  if (!driver) {
    const known = Object.values(driverRows).flatMap(({ schemes }) => schemes)
    throw new LarderError('invalid-input', `must be a URL that begins with ${known.map(name => `${name}:`).join(', ')}`)
  }
  return { driver, fields: driverRows[driver].fromUrl(url) }
}

/** A connection as an environment variable writes it: a URL. Throws as `readConnection` does. */
export function readConnectionUrl(url: string): ConnectionDefinition {
  const { driver, fields } = fieldsOfUrl(url)
  return readConnection(driver, fields)
}
