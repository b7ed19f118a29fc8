import type { Clients } from '@shared/clients'
import { defineCommand } from '../command'
import { facts, table } from '../output'

const list = defineCommand({
  name: 'clients',
  summary: 'Show the Redis clients that are connected, and the commands that Larder does not have.',
  details: ['The URL is shown without a key; larder url redis prints it with one.'],
  examples: ['larder clients', 'larder clients --json'],
  async run(_, { client, output }) {
    const now = await client.call('clients.list', {})
    await output.show(now, () => [stateOf(now), clientsOf(now), ...unknownOf(now)].join('\n'))
  },
})

function stateOf({ redis: { state, url, port, warning } }: Clients): string {
  return facts([['redis', state], ['url', url], ['port', port], ['warning', warning]])
}

function clientsOf({ clients }: Clients): string {
  return table(
    ['ID', 'LIBRARY', 'NAME', 'CACHE', 'ADDRESS', 'COMMANDS', 'PER SECOND', 'LAST'],
    clients.map(({ id, library, name, cache, address, commands, perSecond, lastCommand }) =>
      [id, library, name, cache, address, commands, perSecond, lastCommand]),
  )
}

function unknownOf({ unknown }: Clients): string[] {
  return unknown.length === 0
    ? []
    : [table(['COMMAND THAT THERE IS NOT', 'TIMES', 'LAST'], unknown.map(({ command, count, last }) =>
        [command, count, last]))]
}

const disconnect = defineCommand({
  name: 'clients disconnect',
  summary: 'Close a connection of a Redis client; most clients connect again at once.',
  arguments: [{ name: 'id', meaning: 'the id of a connection; larder clients shows it' }],
  examples: ['larder clients disconnect 12'],
  async run({ words: [id = ''] }, { client, output }) {
    await client.call('clients.disconnect', { id })
    await output.message(`Closed the connection ${id}.`)
  },
})

export const clientCommands = [list, disconnect]
