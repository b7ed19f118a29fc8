import type { CliClient } from './client'

/** What may stand in a place of a command line: words, a file, or names that the server has. */
export type Completes = readonly string[] | 'file' | ((client: CliClient) => Promise<readonly string[]>)

export async function cacheNames(client: CliClient): Promise<readonly string[]> {
  return (await client.call('caches.list', {})).map(({ name }) => name)
}

export async function userNames(client: CliClient): Promise<readonly string[]> {
  return (await client.call('users.list', {})).map(({ name }) => name)
}

export async function apiKeyIds(client: CliClient): Promise<readonly string[]> {
  return (await client.call('keys.list', {})).map(({ id }) => id)
}

export async function connectionNames(client: CliClient): Promise<readonly string[]> {
  return (await client.call('connections.list', {})).map(({ name }) => name)
}

export async function snapshotNames(client: CliClient): Promise<readonly string[]> {
  return (await client.call('snapshots.list', {})).map(({ name }) => name)
}

export async function jobIds(client: CliClient): Promise<readonly string[]> {
  return (await client.call('jobs.list', {})).map(({ id }) => id)
}
