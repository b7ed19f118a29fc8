import type { ConnectionField } from '@shared/connections/driver'
import type { DriverName } from '@shared/connections/drivers'
import type { FlagSpec } from '../arguments'
import type { CommandContext } from '../command'
import type { Io } from '../io'
import { resolve } from 'node:path'
import { driverNames, driverRows } from '@shared/connections/drivers'
import { fieldsOfUrl, separateSecrets } from '@shared/connections/read'
import { LarderError } from '@shared/errors'
import { namesOf } from '@shared/rows'
import { fileReason } from '../../base/file-reason'
import { askSecrets } from '../ask'
import { flag, toKebab } from '../command'
import { usageFailure } from '../failure'
import { boolean, list, oneOf, text } from '../values'

/** What flags say of the fields of a connection, by field. */
type FieldFlags = Readonly<Record<string, unknown>>

/** Larder's own address is already called --url, so that this one is a word. */
export const addressArgument = {
  name: 'address',
  meaning: 'where it leads, such as redis://localhost:6379 or file:/srv/values',
  optional: true,
}

export const driverFlag = flag(
  '<name>',
  `What it leads to, where no address says it: ${driverNames.join(', ')}.`,
  oneOf(...driverNames),
)

export const secretRule = 'A secret is asked for at a terminal, and read from standard input otherwise, a line for each. '
  + 'No flag takes one: every user of the machine can read the arguments of programs.'

type Work = 'create' | 'set' | 'test'

/**
 * A flag for every field of every driver, except for URLs; those of secrets are switches, which ask
 * for them.
 */
export function fieldFlags(work: Work): Record<string, FlagSpec> {
  const names = [...new Set(driverNames.flatMap(driver => namesOf(driverRows[driver].fields).filter(name =>
    driverRows[driver].fields[name]?.kind !== 'url')))]
  return Object.fromEntries(names.map((name) => {
    const owners = driverNames.filter(driver => driverRows[driver].fields[name])
    const [field] = owners.flatMap(driver => driverRows[driver].fields[name] ?? [])
    const hints = owners.map(driver => `${driver}: ${driverRows[driver].fields[name]?.hint}.`)
    return [name, flagOf(field as ConnectionField, hints.join(' '), toKebab(name), work)]
  }))
}

function flagOf(field: ConnectionField, hint: string, name: string, work: Work): FlagSpec {
  const none = work === 'set' && !field.required ? ' none takes it away.' : ''
  switch (field.kind) {
    case 'secret':
      return flag(null, `${hint} Asks for it${work === 'set' ? ` (--${name}=0 takes it away)` : ''}.`, boolean)
    case 'list':
      return flag('<list>', `${hint}${none}`, list)
    case 'choice':
      return flag('<name>', hint, oneOf(...namesOf(field.choices)))
    case 'certificate':
      return flag('<file>', `${hint}${none}`, text)
    case 'folder':
      return flag('<folder>', hint, text)
    case 'text':
    case 'lines':
    case 'url':
      return flag('<text>', `${hint}${none}`, text)
  }
}

/**
 * Driver and fields as the server takes them: secrets asked for, files read, `none` as null. Throws
 * Failure (usage).
 */
export async function readFields(
  address: string | undefined,
  flags: FieldFlags,
  { io }: Pick<CommandContext, 'io'>,
  work: Work,
): Promise<{ driver?: DriverName, fields: Record<string, unknown> }> {
  const { driver, fields } = address === undefined ? { fields: {} } : readAddress(address)
  const rows = new Map(driverNames.flatMap(driver => Object.entries<ConnectionField>(driverRows[driver].fields)))
  const asked = [...rows].filter(([name, { kind }]) => kind === 'secret' && flags[name] === true)
  const secrets = await askSecrets(io, asked.map(([, { label }]) => label))
  const given = Object.entries(flags).flatMap(([name, value]) => {
    const row = rows.get(name)
    if (!row || value === undefined || (row.kind === 'secret' && value === true))
      return []
    const isNone = [value].flat().join() === 'none'
    const isGone = value === false || (work === 'set' && isNone && !row.required)
    return [[name, isGone ? null : typeof value === 'string' ? contentOf(row, value, io) : value] as const]
  })
  return {
    ...driver && { driver },
    fields: {
      ...fields,
      ...Object.fromEntries(given),
      ...Object.fromEntries(asked.map(([name], index) => [name, secrets[index]])),
    },
  }
}

/** A password in it would stand in the list of processes and in the history of the shell. */
function readAddress(address: string): { driver: DriverName, fields: Record<string, unknown> } {
  try {
    const { driver, fields } = fieldsOfUrl(address)
    const separated = separateSecrets(driver, fields)
    const found = namesOf(separated).find(name => driverRows[driver].fields[name]?.kind === 'secret')
    if (found !== undefined) {
      throw usageFailure(
        `leave the ${found} out of the address, which others can read, and give --${toKebab(found)}: then it is asked for`,
      )
    }
    return { driver, fields: separated }
  }
  catch (error) {
    throw error instanceof LarderError ? usageFailure(`the address ${error.message}`) : error
  }
}

function contentOf({ kind, label }: ConnectionField, value: string, io: Pick<Io, 'readFile' | 'cwd'>): string {
  if (kind === 'folder')
    return resolve(io.cwd, value)
  if (kind !== 'certificate')
    return value
  try {
    return io.readFile(resolve(io.cwd, value)).toString('utf8')
  }
  catch (error) {
    throw usageFailure(`the file of the ${label} cannot be read: ${fileReason(error)}`)
  }
}
