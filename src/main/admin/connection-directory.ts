import type { FieldValues } from '@shared/connections/driver'
import type { DriverName } from '@shared/connections/drivers'
import type { ConnectionDefinition } from '@shared/connections/read'
import type { EnvironmentConnection } from '../base/configuration'
import type { ConnectionPool } from '../base/connection-pool'
import type { Logger } from '../base/logger'
import type { ConnectionRecord, MetadataStore } from '../base/metadata'
import type { ConnectionSecrets } from './connection-secrets'
import { driverRows } from '@shared/connections/drivers'
import { placeOf } from '@shared/connections/read'
import { LarderError } from '@shared/errors'
import { limits } from '@shared/limits'
import { rowOf } from '@shared/rows'
import { givenOnly } from '../base/given-only'
import { randomId } from '../base/ids'

/** A connection that can be used. */
export interface KnownConnection {
  name: string
  driver: DriverName
  values: FieldValues
  secretFields: readonly string[]
  /** The variable that gives it for this run; null if it is stored. */
  variable: string | null
  /** Whether users who are not administrators may choose it. */
  offered: boolean
  /** Throws LarderError `vault-unavailable`, `secret-unavailable`. */
  secrets: () => Promise<ConnectionDefinition['secrets']>
}

/**
 * The connections that are stored, those that variables give, and the pool that opens them. Changes
 * of one are for the caller to make one after another.
 */
export interface ConnectionDirectory {
  list: () => KnownConnection[]
  has: (name: string) => boolean
  /** Throws LarderError `connection-not-found`. */
  get: (name: string) => KnownConnection
  /** Throws LarderError `connection-not-found`; `protected` if a variable gives it. */
  requireStored: (name: string) => void
  /** Throws LarderError `name-taken`, `quota-reached`. */
  requireFree: (name: string) => void
  /** Throws LarderError `vault-unavailable`, `name-taken`, `storage-full`; then nothing is kept. */
  create: (name: string, definition: ConnectionDefinition, more: { offered: boolean, now: number }) => Promise<void>
  /**
   * `kept` are the secrets that stay as they are, and so does `offered` if it is not given. Throws
   * LarderError as `requireStored` and `create` do; then nothing has changed.
   */
  update: (
    name: string,
    definition: ConnectionDefinition,
    kept: readonly string[],
    offered: boolean | undefined,
  ) => Promise<void>
  /** Changes nothing else, and leaves it open. Throws as `delete` does. */
  offer: (name: string, offered: boolean) => void
  /** Throws LarderError `storage-full`, and as `requireStored` does. */
  delete: (name: string) => Promise<void>
}

interface DirectoryDependencies {
  metadata: Pick<MetadataStore, 'connections'>
  secrets: ConnectionSecrets
  pool: ConnectionPool
  environment: readonly EnvironmentConnection[]
  logger: Logger
}

export function createConnectionDirectory({
  metadata,
  secrets: vault,
  pool,
  environment,
  logger,
}: DirectoryDependencies): ConnectionDirectory {
  const records = new Map(metadata.connections.list().map(record => [record.name, record]))
  const given = new Map(environment.map(connection => [connection.name, fromEnvironment(connection)]))

  function stored(record: ConnectionRecord): KnownConnection | undefined {
    const { name, fields: values, secretFields, secretAccount } = record
    if (!isReadable(record))
      return undefined
    const { driver } = record
    return {
      name,
      driver,
      values,
      secretFields,
      variable: null,
      offered: record.offered,
      secrets: async () => secretAccount === null ? {} : await vault.read(secretAccount, placeOf({ driver, values })),
    }
  }

  function find(name: string): KnownConnection | undefined {
    const record = records.get(name)
    return given.get(name) ?? (record && stored(record))
  }

  /** Makes the pool open it as it is now. */
  function announce(name: string): void {
    const connection = find(name)
    if (connection)
      pool.put(name, connection)
    else
      pool.remove(name)
  }

  function requireStored(name: string): ConnectionRecord {
    const variable = given.get(name)?.variable
    if (variable !== undefined) {
      throw new LarderError(
        'protected',
        `The connection ${name} comes from the variable ${variable} for this run, and can only be changed there.`,
      )
    }
    const record = records.get(name)
    if (!record)
      throw notFound(name)
    return record
  }

  async function keep({ secrets, ...definition }: ConnectionDefinition): Promise<string | null> {
    return Object.keys(secrets).length === 0 ? null : await vault.keep(placeOf(definition), secrets)
  }

  /** Writes what refers to an account of the vault; drops the account if that fails. */
  async function orForget<T>(account: string | null, write: () => T): Promise<T> {
    try {
      return write()
    }
    catch (error) {
      if (account !== null)
        await vault.forget(account)
      throw error
    }
  }

  for (const record of records.values()) {
    if (!isReadable(record))
      logger.warn('a connection has a driver or fields of another version', { connection: record.name })
  }
  for (const name of new Set([...records.keys(), ...given.keys()]))
    announce(name)

  return {
    list: () => [...new Set([...given.keys(), ...records.keys()])].flatMap(name => find(name) ?? [])
      .sort((a, b) => a.name < b.name ? -1 : 1),
    has: name => find(name) !== undefined,
    get(name) {
      const found = find(name)
      if (!found)
        throw notFound(name)
      return found
    },
    requireStored: name => void requireStored(name),
    requireFree(name) {
      if (records.has(name) || given.has(name)) {
        const variable = given.get(name)?.variable
        const whence = variable === undefined ? 'already' : `for this run, from the variable ${variable}`
        throw new LarderError(
          'name-taken',
          `There is a connection called ${name} ${whence}.`,
          { errors: [{ field: 'name', message: 'is taken' }] },
        )
      }
      if (records.size >= limits.connections) {
        throw new LarderError(
          'quota-reached',
          `A server has at most ${limits.connections} connections. Delete one that nobody needs.`,
        )
      }
    },
    async create(name, definition, { offered, now }) {
      const secretAccount = await keep(definition)
      const record: ConnectionRecord = {
        id: randomId(),
        name,
        driver: definition.driver,
        fields: definition.values,
        secretFields: Object.keys(definition.secrets),
        secretAccount,
        offered,
        createdAt: now,
      }
      await orForget(secretAccount, () => metadata.connections.insert(record))
      records.set(name, record)
      announce(name)
    },
    async update(name, definition, kept, offered) {
      const record = requireStored(name)
      const { secretAccount: former } = record
      const secretFields = [...kept, ...Object.keys(definition.secrets)]
      const isSame = secretFields.length === kept.length && kept.length === record.secretFields.length
      const all = isSame || kept.length === 0 || former === null
        ? definition.secrets
        : { ...pick(await vault.read(former, placeOf(definition)), kept), ...definition.secrets }
      const secretAccount = isSame ? former : await keep({ ...definition, secrets: all })
      const change = { fields: definition.values, secretFields, secretAccount, ...givenOnly({ offered }) }
      const updated = await orForget(isSame ? null : secretAccount, () =>
        metadata.connections.update(record.id, change))
      if (!updated)
        throw notFound(name)
      records.set(name, updated)
      announce(name)
      if (former !== null && former !== secretAccount)
        await vault.forget(former)
    },
    offer(name, offered) {
      const updated = metadata.connections.update(requireStored(name).id, { offered })
      if (!updated)
        throw notFound(name)
      records.set(name, updated)
    },
    async delete(name) {
      const { id, secretAccount } = requireStored(name)
      metadata.connections.delete(id)
      records.delete(name)
      announce(name)
      if (secretAccount !== null)
        await vault.forget(secretAccount)
    },
  }
}

function fromEnvironment({ name, driver, values, secrets, variable }: EnvironmentConnection): KnownConnection {
  const secretFields = Object.keys(secrets)
  return { name, driver, values, secretFields, variable, offered: false, secrets: async () => secrets }
}

/** Whether this version knows the driver, and each field as it is. */
function isReadable(record: ConnectionRecord): record is ConnectionRecord & { driver: DriverName } {
  const row = rowOf(driverRows, record.driver)
  return row !== undefined && Object.entries(record.fields).every(([name, value]) =>
    rowOf(row.fields, name)?.schema.safeParse(value).success)
}

function pick(values: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)))
}

function notFound(name: string): LarderError {
  return new LarderError('connection-not-found', `There is no connection ${name}.`)
}
