import type { Load } from './load/wrk'
import type { Peer } from './peers/start'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fill } from './load/fill'
import { ask } from './peers/answers'
import { key } from './peers/start'

/** A load that is in every table, whatever Larder is compared to. */
interface NamedLoad {
  name: string
  load: Load
  /** The bare server with the same answers as Larder. */
  bare: 'plain' | 'entries' | 'absent' | 'classic'
  /** Ratio to the bare server that Larder has to reach. */
  target?: number
}

/** 60 bytes. */
export const value = '{"id":"10001","name":"Widget","price":12.5,"stock":4,"ok":1}'
export const native = '/api/caches/bench/entries'
export const classicGet = '/api/get-cache?cache=bench&key=hit'
export const classicBody = '{"cacheName":"bench","data":{"id":"%d","name":"Widget"}}'

const put = (bytes: number): Load => ({ method: 'PUT', path: `${native}/put`, bytes })
const zipfPath = `${native}/z%d`

/** @param zipfKeys number of entries in the load whose keys are drawn by Zipf */
export function loadsWith(zipfKeys: number): NamedLoad[] {
  const mixed: Load = { method: 'GET', path: zipfPath, keys: zipfKeys, pick: 'zipf', puts: 0.1, bytes: 100 }
  return [
    { name: 'GET hit', load: { method: 'GET', path: '/v1/hit' }, bare: 'plain', target: 0.9 },
    { name: 'GET hit, native face', load: { method: 'GET', path: `${native}/hit` }, bare: 'entries', target: 0.9 },
    { name: 'GET miss', load: { method: 'GET', path: '/v1/absent' }, bare: 'absent' },
    { name: 'PUT 100 B', load: put(100), bare: 'entries', target: 0.85 },
    { name: 'PUT 100 B, persistent', load: { ...put(100), path: '/v1/put' }, bare: 'plain' },
    { name: 'PUT 10 KB', load: put(10_000), bare: 'entries' },
    { name: `90/10 Zipf ${zipfKeys / 1000} k`, load: mixed, bare: 'entries' },
    { name: 'classic get', load: { method: 'GET', path: classicGet }, bare: 'classic' },
    {
      name: 'classic set',
      load: { method: 'POST', path: '/api/set-cache', body: classicBody, fresh: true },
      bare: 'classic',
    },
  ]
}

/**
 * GET of random keys among `size` entries. The script makes their names, at the same cost for all
 * sizes.
 */
export function loadAmong(size: number): Load {
  return { method: 'GET', path: `${native}/%d`, keys: size }
}

/** Stores everything in a Larder that the loads of `loadsWith` request. */
export async function furnish(larder: Peer, zipfKeys: number): Promise<void> {
  await createCache(larder)
  await ask(larder, 'PUT', '/v1/hit', value)
  await ask(larder, 'PUT', `${native}/hit`, value)
  await ask(larder, 'PUT', `${native}/put`, value)
  await fill(larder.port, key, zipfPath, zipfKeys, 100)
}

/** The load for a cache with a source: hits, which never ask it. */
export const sourcedHit: Load = { method: 'GET', path: '/api/caches/sourced/entries/hit' }

/** Creates the cache `sourced`, and stores what `sourcedHit` requests. */
export async function furnishSourced(larder: Peer): Promise<void> {
  const folder = join(tmpdir(), 'larder-bench-source-that-is-never-opened')
  await create(larder, '/admin/connections', { name: 'folder', driver: 'file', folder })
  await create(larder, '/admin/caches', { name: 'sourced', ttl: 3600, source: { connection: 'folder' } })
  await ask(larder, 'PUT', sourcedHit.path, value)
}

/** Stores everything in a Larder that `loadAmong` requests. */
export async function furnishAmong(larder: Peer, size: number): Promise<void> {
  await createCache(larder)
  await fill(larder.port, key, loadAmong(size).path, size, 100)
}

/**
 * Creates the cache `bench`, otherwise with the default settings: in memory only.
 *
 * @param larder server for the cache
 * @param ttl seconds
 */
export async function createCache(larder: Peer, ttl = 3600): Promise<void> {
  await create(larder, '/admin/caches', { name: 'bench', ttl })
}

/** Makes a connection or a cache. Throws if the server does not. */
export async function create(
  larder: Peer,
  path: string,
  what: { name: string, [field: string]: unknown },
): Promise<void> {
  const { status, body } = await ask(larder, 'POST', path, JSON.stringify(what))
  if (status !== 201)
    throw new Error(`${path}: ${what.name} could not be made: ${status} ${body}`)
}
