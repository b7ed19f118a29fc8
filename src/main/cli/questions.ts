import type { OperationInput, OperationName, OperationOutput } from '@shared/operations'
import type { CommandContext } from './command'
import { counted } from '@shared/grouped'

/** A question, and what makes the operation act on that alone which the question was about. */
interface Bound<N extends OperationName> { text: string, only: Partial<OperationInput<N>> }
type Asked<N extends OperationName> = string | Bound<N> | null

/** Null means that nothing goes, or that the server says why not. */
type Question<N extends OperationName> = (
  input: OperationInput<N>,
  context: Pick<CommandContext, 'client'>,
) => Asked<N> | Promise<Asked<N>>

/** What a person is asked before each operation of the table that destroys something. */
export const questions: { readonly [N in OperationName]?: Question<N> } = {
  'caches.update': async ({ name, entries }, { client }) => {
    if (entries !== 'delete')
      return null
    const { backend } = await client.call('caches.get', { name })
    return backend && `Delete at ${backend.connection} everything that begins with ${backend.prefix}?`
  },
  'caches.delete': async ({ name, entries: chosen }, { client }) => {
    const { entries, backend, createdAt } = await client.call('caches.get', { name })
    const only = { createdAt }
    if (backend !== null) {
      const { connection, prefix } = backend
      const text = chosen === 'delete'
        ? `Delete ${name}, and at ${connection} everything that begins with ${prefix}?`
        : `Delete ${name}? Its entries stay at ${connection}.`
      return { text, only }
    }
    return { text: `Delete ${name} with ${entries === 0 ? 'no entries' : counted(entries, 'entry', 'entries')}?`, only }
  },
  'caches.flush': async ({ name }, { client }) => {
    const { entries, backend, createdAt, asOf } = await client.call('caches.get', { name })
    // What is here are copies, so their number says nothing.
    if (backend !== null) {
      const text = `Delete everything at ${backend.connection} that begins with ${backend.prefix}?`
      return { text, only: { createdAt } }
    }
    const text = `Delete ${counted(entries, 'entry', 'entries')}, all that ${name} has?`
    return entries === 0 ? null : { text, only: { createdAt, asOf } }
  },
  'connections.delete': async ({ name }, { client }) => {
    await client.call('connections.get', { name })
    return `Delete the connection ${name} with its secrets?`
  },
  'jobs.start': async ({ kind, cache }, { client }) => {
    if (kind !== 'delete')
      return null
    const { createdAt } = await client.call('caches.get', { name: cache })
    return { text: `Delete every entry of ${cache} that select chooses?`, only: { createdAt } }
  },
  'snapshots.save': async ({ name, replace }, { client }) => {
    const there = replace === true && (await client.call('snapshots.list', {})).some(each => each.name === name)
    return there ? `Replace the snapshot ${name}?` : null
  },
  'snapshots.load': ({ name, mode, cache, dryRun }) => mode === 'replace' && dryRun !== true
    ? `Load the snapshot ${name}, and delete every entry of ${cache ?? 'its caches'} that it does not have?`
    : null,
  'snapshots.delete': async ({ name }, { client }) => {
    const there = (await client.call('snapshots.list', {})).some(each => each.name === name)
    return there ? `Delete the snapshot ${name}?` : null
  },
  'imports.start': ({ mode, dryRun }) => mode === 'replace' && dryRun !== true
    ? 'Import the file, and delete every entry of its caches that it does not have?'
    : null,
  'imports.fetch': ({ mode, dryRun, cache, connection }) => mode === 'replace' && dryRun !== true
    ? `Import from ${connection}, and delete every entry of ${cache} that it does not have?`
    : null,
  'keys.revoke': async ({ id }, { client }) => {
    const key = (await client.call('keys.list', {})).find(each => each.id === id)
    return key === undefined ? null : `Revoke the API key ${id}, ${key.label}? Apps that use it are refused at once.`
  },
  'requests.clear': async (_, { client }) => {
    const { total } = await client.call('requests.list', { limit: 1 })
    return total === 0 ? null : `Clear the log of ${counted(total, 'request', 'requests')}?`
  },
  'users.delete': async ({ id }, { client }) => {
    const user = (await client.call('users.list', {})).find(each => each.id === id)
    return user === undefined ? null : `Delete ${user.name} with ${belongings(user)}?`
  },
}

/** All that goes with a user. */
export function belongings(
  { caches, entries, apiKeys }: Pick<OperationOutput<'users.update'>, 'caches' | 'entries' | 'apiKeys'>,
): string {
  const count = (number: number, one: string, many: string): string =>
    number === 0 ? `no ${many}` : counted(number, one, many)
  const keys = count(apiKeys, 'API key', 'API keys')
  return `${count(caches, 'cache', 'caches')}, ${count(entries, 'entry', 'entries')} and ${keys}`
}
