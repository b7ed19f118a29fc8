import type { ConnectionDefinition } from '@shared/connections/read'
import type { ConnectionInfo } from '@shared/connections/schemas'
import type { FieldError } from '@shared/errors'
import type { RealClock } from '../base/clock'
import type { ConnectionPool } from '../base/connection-pool'
import type { EventHub } from '../base/event-hub'
import type { CallContext } from '../base/operation-handlers'
import type { Breaker } from '../serving/elsewhere/breaker'
import type { CallMeter } from '../serving/elsewhere/meter'
import type { CacheDirectory } from './cache-directory'
import type { ConnectionDirectory, KnownConnection } from './connection-directory'
import type { HandlersOf } from './handlers'
import type { UserDirectory } from './user-directory'
import { isDeepStrictEqual } from 'node:util'
import { driverRows } from '@shared/connections/drivers'
import { placeOf, readConnection, secretFields, separateSecrets } from '@shared/connections/read'
import { LarderError } from '@shared/errors'
import { administrators } from '@shared/events'
import { limits } from '@shared/limits'
import { mapRows } from '@shared/rows'
import { refuseInUse, refuseTakingBack, usersOf } from './connection-users'
import { callerOf } from './handlers'
import { createTurnstile } from './turnstile'

interface ConnectionHandlerDependencies {
  caches: Pick<CacheDirectory, 'naming'>
  users: Pick<UserDirectory, 'find'>
  connections: ConnectionDirectory
  pool: ConnectionPool
  activity: ConnectionActivity
  events: EventHub
  clock: RealClock
}

/** What caches do with each connection, by its name. */
interface ConnectionActivity {
  meterOf: (connection: string) => Pick<CallMeter, 'recent' | 'reset'>
  breakerOf: (connection: string) => Pick<Breaker, 'rest' | 'reset'>
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Connections to other servers, which only administrators see and change. Of those that are offered
 * others see the name.
 */
export function createConnectionHandlers({
  caches,
  users,
  connections,
  pool,
  activity,
  events,
  clock,
}: ConnectionHandlerDependencies): HandlersOf<'connections'> {
  // The vault answers later, and between its answers nobody else may change the same connection.
  const inTurn = createTurnstile(1, limits.connections)
  const atATime = createTurnstile(limits.connectionTests, limits.connectionTestsWaiting)
  const changed = (): void => events.emit('connections', administrators, {})

  /** What went wrong with another address or password says nothing about this one. */
  function beginAnew(name: string): void {
    activity.breakerOf(name).reset()
    activity.meterOf(name).reset()
  }

  function describe(name: string, context: CallContext): ConnectionInfo {
    const { driver, values, secretFields: set, variable, offered } = connections.get(name)
    const { rest } = activity.breakerOf(name)
    return {
      name,
      driver,
      from: variable === null ? 'data folder' : 'environment',
      offered,
      ...pool.condition(name),
      usedBy: usersOf(caches.naming(name), callerOf(context)),
      calls: activity.meterOf(name).recent(),
      resting: rest === null ? null : { retryIn: Math.ceil(rest / 100) / 10 },
      ...mapRows(driverRows[driver].fields, ({ kind }, field) =>
        kind === 'secret' ? { set: set.includes(field) } : values[field] ?? null),
    }
  }

  return {
    'connections.list': (_, context) => connections.list().map(({ name }) => describe(name, context)),
    'connections.get': ({ name }, context) => describe(name, context),
    'connections.offered': () => connections.list().flatMap(({ name, driver, offered }) =>
      offered ? [{ name, driver, state: pool.condition(name).state }] : []),
    'connections.create': ({ name, driver, offered, ...fields }, context) => inTurn(async () => {
      connections.requireFree(name)
      const definition = readConnection(driver, fields)
      const problem = await pool.refuse(definition)
      if (problem)
        throw invalid([problem])
      await connections.create(name, definition, { offered, now: clock.wall() })
      changed()
      return describe(name, context)
    }),
    'connections.update': ({ name, offered, ...fields }, context) => inTurn(async () => {
      const former = connections.get(name)
      const isSame = Object.values(fields).every(value => value === undefined)
      if (isSame && offered === undefined)
        return describe(name, context)
      connections.requireStored(name)
      if (former.offered && offered === false)
        refuseTakingBack(name, caches.naming(name).filter(({ definition }) => !users.find(definition.space)?.admin))
      if (isSame) {
        connections.offer(name, offered === true)
        changed()
        return describe(name, context)
      }
      const { definition, kept } = withChanges(former, former.values, fields)
      const problem = await pool.refuse(definition)
      if (problem)
        throw invalid([problem])
      await connections.update(name, definition, kept, offered)
      if (!isDeepStrictEqual(definition.values, former.values) || kept.length !== former.secretFields.length
        || Object.keys(definition.secrets).length > 0) {
        beginAnew(name)
      }
      changed()
      return describe(name, context)
    }),
    'connections.delete': async ({ name }, context) => {
      await inTurn(() => {
        connections.requireStored(name)
        refuseInUse(name, usersOf(caches.naming(name), callerOf(context)))
        return connections.delete(name)
      })
      beginAnew(name)
      changed()
    },
    'connections.test': ({ name, driver, write, ...fields }, { left = new AbortController().signal }) =>
      atATime(async () => {
        const saved = connections.has(name) || driver === undefined ? connections.get(name) : undefined
        const isWhole = driver !== undefined
        const former = saved !== undefined && (!isWhole || saved.driver === driver) ? saved : undefined
        const { definition: { secrets, ...definition }, kept } = former
          ? withChanges(former, isWhole ? {} : former.values, fields)
          : { definition: readConnection(driver ?? 'file', fields), kept: [] }
        const readSecrets = async (): Promise<ConnectionDefinition['secrets']> => {
          const all = Object.entries(kept.length === 0 || !former ? {} : await former.secrets())
          return { ...Object.fromEntries(all.filter(([field]) => kept.includes(field))), ...secrets }
        }
        return await pool.test({ ...definition, secrets: readSecrets }, { write, signal: left })
      }),
  }
}

/**
 * A known connection with other fields; null takes one away. `kept` are its secrets that are not
 * given anew. Throws LarderError `invalid-input`, also for secrets that belong to another place.
 */
function withChanges(
  former: KnownConnection,
  values: Fields,
  fields: Fields,
): { definition: ConnectionDefinition, kept: string[] } {
  const { driver } = former
  const given = Object.fromEntries(
    Object.entries(separateSecrets(driver, fields)).filter(([, value]) => value !== undefined),
  )
  const strange = Object.keys(given).filter(field => !Object.hasOwn(driverRows[driver].fields, field))
  if (strange.length > 0)
    throw invalid(strange.map(field => ({ field, message: `unknown field of a connection with the driver ${driver}` })))
  const kept = secretFields(driver).filter(field => former.secretFields.includes(field) && given[field] === undefined)
  const merged = Object.entries({ ...values, ...given }).filter(([, value]) => value !== null)
  const definition = readConnection(driver, Object.fromEntries(merged))
  if (kept.length > 0 && placeOf(definition) !== placeOf(former)) {
    throw invalid(kept.map(field => ({
      field,
      message: `must be given again: it was saved for ${placeOf(former)}, and is sent nowhere else`,
    })))
  }
  return { definition, kept }
}

function invalid(errors: FieldError[]): LarderError {
  const detail = errors.map(({ field, message }) => `${field}: ${message}`).join('; ')
  return new LarderError('invalid-input', detail, { errors })
}
