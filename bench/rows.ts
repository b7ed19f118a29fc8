import type { Load } from './load/wrk'
import type { Peer } from './peers/start'
import { fill } from './load/fill'
import { ask, requireSameBytes } from './peers/answers'
import { isInstalled, key, startBare, startExpress, startLarder, startWebdis } from './peers/start'

/** One line of the table: the same load on several servers, in turns. */
export interface Row {
  name: string
  /** What the ratios refer to is the first. */
  lanes: Lane[]
  /** Ratio to the first that Larder has to reach. */
  target?: number
}

export interface Lane { peer: Peer, load: Load, name: string }

/** 60 bytes. */
const value = '{"id":"10001","name":"Widget","price":12.5,"stock":4,"ok":1}'
const native = '/api/caches/bench/entries'

export interface Rows {
  rows: Row[]
  /** Peers that could not take part, and why. */
  missing: string[]
  stop: () => Promise<void>
}

/**
 * Starts the servers and says what is to be measured on them.
 *
 * @param options.zipfKeys entries of the row whose keys are drawn by Zipf
 * @param options.sizes entries that Larder holds in the rows that compare sizes
 * @param options.peers whether others than the bare servers take part
 */
export async function prepareRows({ zipfKeys, sizes, peers }: { zipfKeys: number, sizes: readonly number[], peers: boolean }): Promise<Rows> {
  const started: Peer[] = []
  const missing: string[] = []
  const keep = async (starting: Promise<Peer>): Promise<Peer> => {
    const peer = await starting
    started.push(peer)
    return peer
  }
  const stop = async (): Promise<void> => void await Promise.allSettled(started.map(peer => peer.stop()))

  try {
    const larder = await keep(startLarder())
    await create(larder, 'bench')
    await ask(larder, 'PUT', '/v1/hit', value)
    await ask(larder, 'PUT', `${native}/hit`, value)
    await ask(larder, 'PUT', `${native}/put`, value)

    // Each bare server answers what Larder answers to the very same requests.
    const hit = await ask(larder, 'GET', '/v1/hit')
    const plain = await keep(startBare({ GET: hit, PUT: await ask(larder, 'PUT', '/v1/put', value) }))
    const entries = await keep(startBare({ GET: await ask(larder, 'GET', `${native}/hit`), PUT: await ask(larder, 'PUT', `${native}/put`, value) }))
    const absent = await keep(startBare({ GET: await ask(larder, 'GET', '/v1/absent') }))
    const classicBody = '{"cacheName":"bench","data":{"id":"%d","name":"Widget"}}'
    const classic = await keep(startBare({ GET: await ask(larder, 'GET', '/api/get-cache?cache=bench&key=hit'), POST: await ask(larder, 'POST', '/api/set-cache', classicBody.replace('%d', '0000000')) }))
    await requireSameBytes(larder, plain, 'GET', '/v1/hit')
    await requireSameBytes(larder, plain, 'PUT', '/v1/put', value)
    await requireSameBytes(larder, entries, 'PUT', `${native}/put`, value)
    await requireSameBytes(larder, absent, 'GET', '/v1/absent')

    const lanesOf = (load: Load, ...on: Peer[]): Lane[] => on.map(peer => ({ peer, load, name: peer.name }))
    const get: Load = { method: 'GET', path: '/v1/hit' }
    const hitLanes = lanesOf(get, plain, larder)
    if (peers) {
      const express = await keep(startExpress(hit.headers.slice(0, -2)))
      await ask(express, 'PUT', '/v1/hit', value)
      hitLanes.push(...lanesOf(get, express))
      if (isInstalled('webdis') && isInstalled('redis-server')) {
        const webdis = await keep(startWebdis())
        await ask(webdis, 'PUT', '/SET/hit', value)
        hitLanes.push(...lanesOf({ method: 'GET', path: '/GET/hit' }, webdis))
      }
      else {
        missing.push('Webdis + Redis: apt-get install webdis redis-server')
      }
    }
    const put = (bytes: number): Load => ({ method: 'PUT', path: `${native}/put`, bytes })
    const mixed: Load = { method: 'GET', path: `${native}/z%d`, keys: zipfKeys, pick: 'zipf', puts: 0.1, bytes: 100 }
    const rows: Row[] = [
      { name: 'GET hit', lanes: hitLanes, target: 0.9 },
      { name: 'GET hit, native face', lanes: lanesOf({ method: 'GET', path: `${native}/hit` }, entries, larder), target: 0.9 },
      { name: 'GET miss', lanes: lanesOf({ method: 'GET', path: '/v1/absent' }, absent, larder) },
      { name: 'PUT 100 B', lanes: lanesOf(put(100), entries, larder), target: 0.85 },
      { name: 'PUT 100 B, persistent', lanes: lanesOf({ ...put(100), path: '/v1/put' }, plain, larder) },
      { name: 'PUT 10 KB', lanes: lanesOf(put(10_000), entries, larder) },
      { name: `90/10 Zipf ${zipfKeys / 1000} k`, lanes: lanesOf(mixed, entries, larder) },
      { name: 'classic get', lanes: lanesOf({ method: 'GET', path: '/api/get-cache?cache=bench&key=hit' }, classic, larder) },
      { name: 'classic set', lanes: lanesOf({ method: 'POST', path: '/api/set-cache', body: classicBody, fresh: true }, classic, larder) },
    ]
    await fill(larder.port, key, mixed.path, zipfKeys, 100)
    rows.push(await sizesRow(sizes, keep))
    return { rows, missing, stop }
  }
  catch (error) {
    await stop()
    throw error
  }
}

/** GET of random keys among so many entries; each size in a server of its own, the smallest is what the others are compared to. */
async function sizesRow(sizes: readonly number[], keep: (starting: Promise<Peer>) => Promise<Peer>): Promise<Row> {
  const lanes: Lane[] = []
  for (const size of sizes) {
    const peer = await keep(startLarder({ memory: '2GB' }))
    await create(peer, 'bench')
    await fill(peer.port, key, `${native}/%d`, size, 100)
    // The same key space in the script, so that its own cost is the same.
    lanes.push({ peer, name: `${size.toLocaleString('en')} entries`, load: { method: 'GET', path: `${native}/%d`, keys: size } })
  }
  return { name: 'GET hit by entries held', lanes, target: 0.9 }
}

/** A cache with the default settings: in memory only. */
export async function create(peer: Peer, name: string): Promise<void> {
  const { status, body } = await ask(peer, 'POST', '/admin/caches', JSON.stringify({ name, ttl: 3600 }))
  if (status !== 201)
    throw new Error(`The cache ${name} could not be made: ${status} ${body}`)
}
