import type { CacheSettings } from '@shared/cache-settings'
import type { CacheInfo } from '@shared/schemas'
import type { Command, CommandContext } from '../command'
import type { Cell, Output } from '../output'
import { cacheSettings } from '@shared/cache-settings'
import { namesOf } from '@shared/rows'
import { askBefore } from '../ask-before'
import { asksFirst, yes } from '../ask-first'
import { defineCommand, flag } from '../command'
import { cacheNames } from '../completes'
import { asking } from '../eviction-question'
import { usageFailure } from '../failure'
import { facts, table } from '../output'
import { boolean } from '../values'
import { settingFlags } from './setting-flags'

const newName = { name: 'name', meaning: 'the name of a cache' }
const nameArgument = { ...newName, completes: cacheNames }

const clearBackend = flag(null, 'Delete its entries at the backend as well, which stay otherwise.', boolean)

/** What the command asks the operation for. */
function entriesOf(isCleared: boolean | undefined): { entries?: 'delete' } {
  return isCleared === true ? { entries: 'delete' } : {}
}

const list = defineCommand({
  name: 'caches',
  summary: 'List your caches.',
  examples: ['larder caches', 'larder caches --json'],
  async run(_, { client, output }) {
    const caches = await client.call('caches.list', {})
    await output.show(caches, () => table(
      ['NAME', 'ENTRIES', 'BYTES', 'TTL', 'HIT RATIO', 'PERSISTENT', 'SWITCH'],
      caches.map(cache =>
        [
          cache.name,
          cache.entries,
          cache.bytes,
          cache.ttl,
          cache.statistics.hitRatio,
          cache.persistent,
          cache.enabled ? 'on' : 'off',
        ]),
    ))
    for (const cache of caches) {
      await tellOfGateway(cache, output)
      await tellOfRestoring(cache, output)
    }
  },
})

const create = defineCommand({
  name: 'caches create',
  summary: 'Create a cache.',
  arguments: [newName],
  flags: settingFlags('create'),
  examples: ['larder caches create products --ttl 5m', 'larder caches create pages --ttl none --max-bytes 64MB'],
  async run({ words: [name = ''], flags }, { client, output }) {
    if (flags.ttl === undefined)
      throw usageFailure('caches create needs --ttl: how long entries live, such as 5m, or none')
    const cache = await client.call('caches.create', { name, ...flags, ttl: flags.ttl })
    await showCache(cache, output)
  },
})

const update = defineCommand({
  name: 'caches update',
  summary: 'Change settings of a cache; the others stay as they are.',
  details: [asking],
  arguments: [nameArgument],
  flags: { ...settingFlags('update'), clearBackend, yes },
  examples: [
    'larder caches update products --ttl 10m --max-entries 5000',
    'larder caches update products --backend none --clear-backend',
  ],
  async run({ words: [name = ''], flags: { yes: isSure, clearBackend: isCleared, ...change } }, context) {
    if (Object.keys(change).length === 0)
      throw usageFailure('caches update needs a setting to change, such as --ttl 10m')
    const input = { name, ...change, ...entriesOf(isCleared) }
    await askBefore(context, 'caches.update', input, isSure)
    const cache = await context.client.call('caches.update', input)
    await showCache(cache, context.output)
  },
})

const rename = defineCommand({
  name: 'caches rename',
  summary: 'Rename a cache. Entries and statistics stay, and API keys that list it follow.',
  details: ['Apps that use the old name get 404.'],
  arguments: [nameArgument, { name: 'to', meaning: 'the new name' }],
  examples: ['larder caches rename products articles'],
  async run({ words: [name = '', to = ''] }, { client, output }) {
    const cache = await client.call('caches.rename', { name, to })
    await showCache(cache, output)
  },
})

const remove = defineCommand({
  name: 'caches delete',
  summary: 'Delete a cache with its entries.',
  details: [asksFirst],
  arguments: [nameArgument],
  flags: { clearBackend, yes },
  examples: ['larder caches delete products', 'larder caches delete products --clear-backend --yes'],
  async run({ words: [name = ''], flags }, context) {
    const { client, output } = context
    const input = { name, ...entriesOf(flags.clearBackend) }
    await client.call('caches.delete', await askBefore(context, 'caches.delete', input, flags.yes))
    await output.message(`Deleted ${name}.`)
  },
})

function switchCommand(state: 'on' | 'off'): Command {
  const enabled = state === 'on'
  return defineCommand({
    name: `caches ${state}`,
    summary: enabled ? 'Switch a cache on.' : 'Switch a cache off: requests to it get 503.',
    arguments: [nameArgument],
    examples: [`larder caches ${state} products`],
    async run({ words: [name = ''] }, { client, output }: CommandContext) {
      const cache = await client.call('caches.update', { name, enabled })
      await showCache(cache, output)
    },
  })
}

async function showCache(cache: CacheInfo, output: Output): Promise<void> {
  await output.show(cache, () => describe(cache))
  await tellOfGateway(cache, output)
  await tellOfRestoring(cache, output)
}

/** The settings say where a gateway is to listen, not whether it does. `--json` has it anyway. */
async function tellOfGateway({ name, gatewayState }: CacheInfo, output: Output): Promise<void> {
  if (gatewayState?.state === 'failed')
    await output.message(`The gateway of ${name} does not listen. ${gatewayState.detail}`)
}

async function tellOfRestoring({ name, restoring }: CacheInfo, output: Output): Promise<void> {
  if (restoring !== undefined)
    await output.message(`${name} is being restored: ${Math.floor(restoring * 100)} % of its entries are back.`)
}

function describe({ name, ...cache }: CacheSettings & { name: string }): string {
  const { enabled, ...others } = cacheSettings
  return facts([
    ['name', name],
    ['switch', cache.enabled ? 'on' : 'off'],
    ...namesOf(others).map(setting => [others[setting].label.toLowerCase(), cellOf(cache[setting])] as const),
  ])
}

function cellOf(value: CacheSettings[keyof CacheSettings]): Cell {
  if (typeof value !== 'object' || value === null)
    return value
  if ('port' in value)
    return `port ${value.port}, while off: ${value.off}`
  return `${value.connection} (${'mode' in value ? value.mode : `${value.prefix}, ${value.format}`})`
}

export const cacheCommands = [list, create, update, rename, remove, switchCommand('on'), switchCommand('off')]
