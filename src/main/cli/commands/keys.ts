import { sayDuration } from '@shared/durations'
import { BrowserOrigin } from '@shared/schemas'
import { askBefore } from '../ask-before'
import { asksFirst, yes } from '../ask-first'
import { defineCommand, flag } from '../command'
import { apiKeyIds, cacheNames } from '../completes'
import { missingFailure, usageFailure } from '../failure'
import { table } from '../output'
import { duration, list, listOf, text } from '../values'

const idArgument = { name: 'id', meaning: 'the id of an API key; larder key list shows it', completes: apiKeyIds }

const print = defineCommand({
  name: 'key print',
  summary: 'Print an API key: the first one, or the one with this id.',
  details: ['The key is read from the vault. Only the key goes to stdout, so that it can be put into a variable.'],
  arguments: [{ ...idArgument, optional: true }],
  examples: ['export LARDER_API_KEY="$(larder key print)"'],
  async run({ words: [id] }, { client, output }) {
    const key = await client.call('keys.reveal', { id: id ?? await firstKey(client) })
    await output.show(key, () => key.secret)
  },
})

/** The id of the oldest key that does not expire. Throws Failure if there is none. */
export async function firstKey(
  client: {
    call: (
      name: 'keys.list',
      input: Record<string, never>,
    ) => Promise<{ id: string, createdAt: string, expiresAt: string | null }[]>
  },
): Promise<string> {
  const keys = await client.call('keys.list', {})
  // Keys that a rotation has replaced expire soon.
  const [first] = keys.filter(key => key.expiresAt === null).sort((a, b) => a.createdAt.localeCompare(b.createdAt))
  if (!first)
    throw missingFailure('There is no API key. Create one with: larder key create --label my-app', 'key-not-found')
  return first.id
}

const listKeys = defineCommand({
  name: 'key list',
  summary: 'List your API keys, without their secrets.',
  examples: ['larder key list'],
  async run(_, { client, output }) {
    const keys = await client.call('keys.list', {})
    await output.show(keys, () => table(
      ['ID', 'LABEL', 'SCOPES', 'CACHES', 'ORIGINS', 'CREATED', 'LAST USED', 'OLD SECRET UNTIL'],
      keys.map(key =>
        [
          key.id,
          key.label,
          key.scopes.join(','),
          key.caches?.join(',') ?? 'all',
          key.origins.join(','),
          key.createdAt,
          key.lastUsedAt,
          key.expiresAt,
        ]),
    ))
  },
})

function origins(value: string): string[] {
  return list(value).map((origin) => {
    if (!BrowserOrigin.safeParse(origin).success)
      throw new Error('must be origins such as http://localhost:5173, comma separated')
    return origin
  })
}

const create = defineCommand({
  name: 'key create',
  summary: 'Create an API key and print it.',
  flags: {
    label: flag('<text>', 'What the key is for. Required.', text),
    scopes: flag(
      '<scopes>',
      'Any of read, write, admin, comma separated; by default read,write.',
      listOf('read', 'write', 'admin'),
    ),
    caches: flag('<names>', 'The caches that it may use, comma separated; by default all.', list, cacheNames),
    origins: flag('<origins>', 'Browser origins that may use it (CORS), comma separated.', origins),
  },
  examples: ['larder key create --label shop --scopes read --caches products', 'larder key create --label front-end --origins http://localhost:5173'],
  async run({ flags }, { client, output }) {
    if (flags.label === undefined)
      throw usageFailure('key create needs --label: what the key is for, such as --label my-app')
    const key = await client.call('keys.create', { ...flags, label: flags.label })
    await output.show(key, () => key.secret)
    await output.message(`Created API key ${key.id}. ${kept(key.kept, key.id)}`)
  },
})

const rotate = defineCommand({
  name: 'key rotate',
  summary: 'Give an API key a new secret and print it.',
  arguments: [idArgument],
  flags: {
    overlap: flag(
      '<time>',
      'How long the old secret keeps working, such as 1h; by default it stops at once. Any older one does.',
      duration,
    ),
  },
  examples: ['larder key rotate 4fTq0c2W9xYz --overlap 1h'],
  async run({ words: [id = ''], flags }, { client, output }) {
    const key = await client.call('keys.rotate', { id, ...flags })
    await output.show(key, () => key.secret)
    await output.message(
      `Rotated API key ${key.id}; the old secret ${flags.overlap ? `keeps working for ${sayDuration(flags.overlap)}, any older one no longer` : 'no longer works'}. ${kept(key.kept, key.id)}`,
    )
  },
})

const revoke = defineCommand({
  name: 'key revoke',
  summary: 'Revoke an API key at once.',
  details: [asksFirst],
  arguments: [idArgument],
  flags: { yes },
  examples: ['larder key revoke 4fTq0c2W9xYz', 'larder key revoke 4fTq0c2W9xYz --yes'],
  async run({ words: [id = ''], flags }, context) {
    const { client, output } = context
    await askBefore(context, 'keys.revoke', { id }, flags.yes)
    await client.call('keys.revoke', { id })
    await output.message(`Revoked API key ${id}.`)
  },
})

function kept(isKept: boolean, id: string): string {
  return isKept
    ? `Read it again with: larder key print ${id}`
    : 'Copy it now: no vault keeps it, so it cannot be shown again.'
}

export const keyCommands = [print, listKeys, create, rotate, revoke]
