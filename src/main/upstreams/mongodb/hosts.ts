import type { MongodbUrl } from '@shared/connections/mongodb-url'
import type { ConnectionStep } from '@shared/connections/schemas'
import type { Attempt } from '../driver'
import { resolveSrv, resolveTxt } from 'node:dns/promises'
import { SourceError } from '../../serving/sources/source'
import { orAborted } from '../abort'

/** How the records of a name are looked up. */
export interface NameRecords {
  srv: (name: string) => Promise<{ name: string, port: number }[]>
  txt: (name: string) => Promise<string[][]>
}

export const systemRecords: NameRecords = { srv: resolveSrv, txt: resolveTxt }

export interface MongodbHosts {
  hosts: readonly { host: string, port: number }[]
  replicaSet: string | undefined
  authSource: string | undefined
}

/** The hosts that a URL names, itself or by the records of its name. Throws SourceError. */
export async function hostsOf(
  url: MongodbUrl,
  { signal, step }: Attempt,
  records: NameRecords,
): Promise<MongodbHosts> {
  const { replicaSet, authSource } = url
  if (url.scheme === 'mongodb') {
    const hosts = url.hosts.flatMap(({ host, port }) => port === undefined ? [] : [{ host, port }])
    return { hosts, replicaSet, authSource }
  }
  step('resolve')
  const name = url.hosts[0]?.host ?? ''
  const [found, texts] = await orAborted(Promise.all([
    records.srv(`_mongodb._tcp.${name}`).catch(error => without(error, name)),
    records.txt(name).catch(error => without(error, name)),
  ]), signal)
  const labels = name.split('.')
  // Whoever can change the records must not be able to lead us anywhere else.
  const parent = `.${labels.slice(labels.length > 2 ? 1 : 0).join('.')}`
  const hosts = found.map(record => ({ host: record.name.toLowerCase().replace(/\.$/, ''), port: record.port }))
  if (hosts.length === 0)
    throw new SourceError('unreachable', `The name ${name} has no records of MongoDB servers.`)
  if (hosts.some(({ host }) => !host.endsWith(parent)))
    throw new SourceError('unreachable', `The records of ${name} lead to another domain, which Larder does not follow.`)
  const options = new URLSearchParams(texts.map(parts => parts.join('')).join('&'))
  return {
    hosts,
    replicaSet: replicaSet ?? options.get('replicaSet') ?? undefined,
    authSource: authSource ?? options.get('authSource') ?? undefined,
  }
}

/** No record of a kind is no error by itself. */
function without(error: unknown, name: string): never[] {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  if (code === 'ENOTFOUND' || code === 'ENODATA')
    return []
  const sentence = `The records of ${name} cannot be looked up: ${code ?? 'no answer'}.`
  throw new SourceError('unreachable', sentence, { cause: error })
}

/**
 * Opens all at the same time, so that a host that is down holds up nobody, and returns the first
 * that opens; the others are closed. If none does, throws the error of the one that came furthest.
 */
export async function firstToOpen<H, T extends { close: () => void }>(
  hosts: readonly H[],
  open: (host: H, attempt: Attempt) => Promise<T>,
  { signal, step }: Attempt,
): Promise<T> {
  const decided = new AbortController()
  let furthest = 0
  let why: unknown
  const openings = hosts.map(async (host) => {
    let at = 0
    // All go the same steps.
    const own = (name: ConnectionStep): void => {
      at += 1
      if (at > furthest) {
        furthest = at
        step(name)
      }
    }
    try {
      return await open(host, { signal: AbortSignal.any([signal, decided.signal]), step: own })
    }
    catch (error) {
      if (at >= furthest)
        why = error
      throw error
    }
  })
  const winner = Promise.any(openings).catch(() => {
    throw why
  })
  // Another one may have opened in the same moment.
  for (const opening of openings)
    opening.then(async other => (await winner) === other || other.close()).catch(() => {})
  return await winner.finally(() => decided.abort())
}
