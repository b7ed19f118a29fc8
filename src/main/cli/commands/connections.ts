import type { ConnectionInfo } from '@shared/connections/schemas'
import type { CliClient } from '../client'
import type { Command } from '../command'
import { driverRows } from '@shared/connections/drivers'
import { namesOf } from '@shared/rows'
import { askBefore } from '../ask-before'
import { asksFirst, yes } from '../ask-first'
import { defineCommand, flag } from '../command'
import { connectionNames } from '../completes'
import { exitCodes, Failure, usageFailure } from '../failure'
import { facts, table } from '../output'
import { boolean } from '../values'
import { addressArgument, driverFlag, fieldFlags, readFields, secretRule } from './connection-flags'

const newName = { name: 'name', meaning: 'the name of a connection' }
const nameArgument = { ...newName, completes: connectionNames }

const list = defineCommand({
  name: 'connections',
  summary: 'List the connections to other servers, with their state.',
  details: [
    'Loads, failed calls and times are those of the last 12 to 15 minutes, since the start at most.',
    'Others see the names of those that are offered to all users. Only administrators may use the other commands.',
  ],
  examples: ['larder connections', 'larder connections --json'],
  async run(_, { client, output }) {
    const connections = await unlessRefused(client)
    if (connections === null) {
      const offered = await client.call('connections.offered', {})
      return await output.show(offered, () => table(
        ['NAME', 'DRIVER', 'STATE'],
        offered.map(({ name, driver, state }) => [name, driver, state]),
      ))
    }
    await output.show(connections, () => table(
      ['NAME', 'DRIVER', 'TO', 'STATE', 'USED BY', 'LOADS', 'FAILED', 'P50', 'P99', 'SERVER', 'FROM', 'OFFERED'],
      connections.map(connection => [
        connection.name,
        connection.driver,
        leadsTo(connection),
        stateOf(connection),
        usersOf(connection),
        connection.calls.loads,
        connection.calls.failures,
        timeOf(connection.calls.p50),
        timeOf(connection.calls.p99),
        connection.server,
        connection.from,
        connection.offered,
      ]),
    ))
  },
})

/** Null if the caller is not an administrator. */
async function unlessRefused(client: CliClient): Promise<ConnectionInfo[] | null> {
  try {
    return await client.call('connections.list', {})
  }
  catch (error) {
    if (error instanceof Failure && error.problem.code === 'admin-only')
      return null
    throw error
  }
}

/** The first field tells where it leads. */
function leadsTo(connection: ConnectionInfo): string {
  const [first = ''] = namesOf(driverRows[connection.driver].fields)
  return textOf(connection[first])
}

function stateOf({ state, detail, resting }: ConnectionInfo): string {
  const words = detail === null ? state : `${state}: ${detail}`
  return resting === null ? words : `${words.replace(/\.$/, '')}; calls rest for ${Math.ceil(resting.retryIn)} s`
}

function timeOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`
}

function usersOf({ usedBy: { caches, others } }: ConnectionInfo): string | null {
  const all = [...caches, ...others > 0 ? [`${others} of other users`] : []]
  return all.length === 0 ? null : all.join(', ')
}

function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'set' in value)
    return value.set === true ? 'set' : ''
  // The text of a certificate has many lines.
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value.split('\n', 1)[0] ?? '' : ''
}

function describe(connection: ConnectionInfo): string {
  const { fields } = driverRows[connection.driver]
  return facts([
    ['name', connection.name],
    ['driver', connection.driver],
    ...namesOf(fields).map(name => [fields[name]?.label.toLowerCase() ?? name, textOf(connection[name])] as const),
    ['offered', connection.offered],
    ['state', connection.state],
  ])
}

const offered = flag(null, 'Every user may choose it for caches, without seeing its address.', boolean)

const create = defineCommand({
  name: 'connections create',
  summary: 'Save a connection to another server.',
  details: [secretRule, 'It is opened when it is first used. To try it: larder connections test <name>'],
  arguments: [newName, addressArgument],
  flags: { driver: driverFlag, ...fieldFlags('create'), offered },
  examples: [
    'larder connections create main redis://localhost:6379',
    'larder connections create main rediss://cache.example:6380 --user larder --password < password.txt',
    'larder connections create tryout --driver file --folder ./values',
  ],
  async run({ words: [name = '', address], flags: { driver: named, offered = false, ...flags } }, context) {
    const { driver = named, fields } = await readFields(address, flags, context, 'create')
    if (driver === undefined)
      throw usageFailure('connections create needs an address such as redis://localhost:6379, or --driver')
    const connection = await context.client.call('connections.create', { ...fields, name, driver, offered })
    await context.output.show(connection, () => describe(connection))
  },
})

const set = defineCommand({
  name: 'connections set',
  summary: 'Change fields of a connection; the others stay as they are.',
  details: [secretRule, 'Another scheme, host or port needs the secrets again, because they are sent nowhere else.'],
  arguments: [nameArgument, addressArgument],
  flags: {
    ...fieldFlags('set'),
    offered,
    noOffered: flag(null, 'Takes the offer back, unless caches of users who are not administrators use it.', boolean),
  },
  examples: [
    'larder connections set main redis://localhost:6380',
    'larder connections set main --password',
    'larder connections set main --offered',
  ],
  async run({ words: [name = '', address], flags: { offered, noOffered, ...flags } }, context) {
    if (offered !== undefined && noOffered !== undefined)
      throw usageFailure('connections set takes either --offered or --no-offered')
    const offer = noOffered === undefined ? offered : !noOffered
    if (address === undefined && Object.keys(flags).length === 0 && offer === undefined)
      throw usageFailure('connections set needs something to change, such as redis://localhost:6380')
    const { fields } = await readFields(address, flags, context, 'set')
    const connection = await context.client.call('connections.update', {
      ...fields,
      name,
      ...offer !== undefined && { offered: offer },
    })
    await context.output.show(connection, () => describe(connection))
  },
})

const test = defineCommand({
  name: 'connections test',
  summary: 'Try a connection step by step: as it is saved, or with another address or other fields. Saves nothing.',
  details: [secretRule, 'Exits with 1 if a step fails.'],
  arguments: [nameArgument, addressArgument],
  flags: {
    ...fieldFlags('test'),
    driver: driverFlag,
    write: flag(null, 'Also write a value under a key of Larder\'s own, and remove it again.', boolean),
  },
  examples: ['larder connections test main', 'larder connections test main --write', 'larder connections test new redis://localhost'],
  async run({ words: [name = '', address], flags: { driver: named, write = false, ...flags } }, context) {
    const { driver = named, fields } = await readFields(address, flags, context, 'test')
    const result = await context.client.call('connections.test', { ...fields, name, write, ...driver && { driver } })
    await context.output.show(result, () => result.ok
      ? `${result.server} answers, after ${result.ms} ms.`
      : `Failed to ${result.step}: ${result.message}`)
    return result.ok ? exitCodes.ok : exitCodes.error
  },
})

const remove = defineCommand({
  name: 'connections delete',
  summary: 'Close and delete a connection with its secrets, unless caches use it.',
  details: [asksFirst],
  arguments: [nameArgument],
  flags: { yes },
  examples: ['larder connections delete main', 'larder connections delete main --yes'],
  async run({ words: [name = ''], flags }, context) {
    await askBefore(context, 'connections.delete', { name }, flags.yes)
    await context.client.call('connections.delete', { name })
    await context.output.message(`Deleted ${name}.`)
  },
})

export const connectionCommands: readonly Command[] = [list, create, set, test, remove]
