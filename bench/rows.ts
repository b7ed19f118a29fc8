import type { Load } from './load/wrk'
import type { Build, Peer } from './peers/start'
import type { Keep, Lane, Row } from './row'
import {
  classicBody,
  classicGet,
  furnish,
  furnishAmong,
  furnishSourced,
  loadAmong,
  loadsWith,
  native,
  sourcedHit,
  value,
} from './loads'
import { ask, requireSameBytes } from './peers/answers'
import { isInstalled, startBare, startExpress, startLarder, startWebdis, thisBuild } from './peers/start'
import { gatewayRows, nearHit } from './rows-elsewhere'

export interface Rows {
  rows: Row[]
  /** Peers that could not take part, and why. */
  missing: string[]
  stop: () => Promise<void>
}

interface RowOptions {
  /** Number of entries in the row whose keys are drawn by Zipf. */
  zipfKeys: number
  /** Numbers of entries in Larder for the rows that compare sizes. */
  sizes: readonly number[]
  /** Whether to measure the row of this name. */
  wanted: (name: string) => boolean
}

/**
 * Starts this build and its peers, and returns the rows to measure on them.
 *
 * @param options which rows, and how large
 * @param options.peers whether other servers than the bare ones take part
 */
export function rowsOfPeers({ zipfKeys, sizes, wanted, peers }: RowOptions & { peers: boolean }): Promise<Rows> {
  return stoppable(async (keep) => {
    const missing: string[] = []
    const larder = await keep(startLarder())
    await furnish(larder, zipfKeys)

    // Each bare server gives the same answers as Larder to the same requests.
    const hit = await ask(larder, 'GET', '/v1/hit')
    const bare = {
      plain: await keep(startBare({ GET: hit, PUT: await ask(larder, 'PUT', '/v1/put', value) })),
      entries: await keep(startBare({
        GET: await ask(larder, 'GET', `${native}/hit`),
        PUT: await ask(larder, 'PUT', `${native}/put`, value),
      })),
      absent: await keep(startBare({ GET: await ask(larder, 'GET', '/v1/absent') })),
      classic: await keep(startBare({
        GET: await ask(larder, 'GET', classicGet),
        POST: await ask(larder, 'POST', '/api/set-cache', classicBody.replace('%d', '0000000')),
      })),
    }
    await requireSameBytes(larder, bare.plain, 'GET', '/v1/hit')
    await requireSameBytes(larder, bare.plain, 'PUT', '/v1/put', value)
    await requireSameBytes(larder, bare.entries, 'PUT', `${native}/put`, value)
    await requireSameBytes(larder, bare.absent, 'GET', '/v1/absent')

    const rows = loadsWith(zipfKeys).filter(({ name }) => wanted(name)).map(({ name, load, bare: like, target }): Row =>
      ({ name, lanes: [laneOf(bare[like], load), laneOf(larder, load)], target }))
    const hitRow = rows.find(({ name }) => name === 'GET hit')
    if (peers && hitRow) {
      const express = await keep(startExpress(hit.headers.slice(0, -2)))
      await ask(express, 'PUT', '/v1/hit', value)
      hitRow.lanes.push(laneOf(express, { method: 'GET', path: '/v1/hit' }))
      if (isInstalled('webdis') && isInstalled('redis-server')) {
        const webdis = await keep(startWebdis())
        await ask(webdis, 'PUT', '/SET/hit', value)
        hitRow.lanes.push(laneOf(webdis, { method: 'GET', path: '/GET/hit' }))
      }
      else {
        missing.push('Webdis + Redis: apt-get install webdis redis-server')
      }
    }
    const sourced: Row = { name: 'GET hit with a source', lanes: [], target: 0.95 }
    if (wanted(sourced.name)) {
      await furnishSourced(larder)
      const local: Load = { method: 'GET', path: `${native}/hit` }
      sourced.lanes.push(laneOf(larder, local, 'Larder, no source'), laneOf(larder, sourcedHit, 'Larder, source'))
      rows.push(sourced)
    }
    const near: Row = { name: 'GET near hit, shared tier', lanes: [], target: 0.95 }
    if (wanted(near.name) && isInstalled('redis-server'))
      rows.push({ ...near, lanes: await nearHit(larder, keep) })
    else if (wanted(near.name))
      missing.push('the shared tier: apt-get install redis-server')
    rows.push(...await gatewayRows(larder, keep, { wanted, peers }))
    if (peers && !isInstalled('nginx'))
      missing.push('nginx: apt-get install nginx-light')
    // Each size has its own server; the others are compared to the smallest.
    const bySize: Row = { name: 'GET hit by entries held', lanes: [], target: 0.9 }
    if (wanted(bySize.name)) {
      for (const size of sizes)
        bySize.lanes.push(laneOf(await holding(size, thisBuild, keep), loadAmong(size), `${inWords(size)} entries`))
      rows.push(bySize)
    }
    return { rows, missing }
  })
}

/** Starts several builds of Larder, and returns the rows to measure on each of them. */
export function rowsOfBuilds(builds: readonly Build[], { zipfKeys, sizes, wanted }: RowOptions): Promise<Rows> {
  return stoppable(async (keep) => {
    const larders: Peer[] = []
    for (const build of builds) {
      const larder = await keep(startLarder({ build }))
      await furnish(larder, zipfKeys)
      larders.push(larder)
    }
    const rows = loadsWith(zipfKeys).filter(({ name }) => wanted(name)).map(({ name, load }): Row =>
      ({ name, lanes: larders.map(larder => laneOf(larder, load)) }))
    const held = sizes.map(size => ({ size, name: `GET hit among ${inWords(size)}` }))
    for (const { size, name } of held.filter(({ name }) => wanted(name))) {
      const row: Row = { name, lanes: [] }
      for (const build of builds)
        row.lanes.push(laneOf(await holding(size, build, keep), loadAmong(size)))
      rows.push(row)
    }
    return { rows, missing: [] }
  })
}

/** Stops all kept servers when the caller asks, or at once if the rows cannot be prepared. */
async function stoppable(prepare: (keep: Keep) => Promise<Omit<Rows, 'stop'>>): Promise<Rows> {
  const started: Peer[] = []
  const stop = async (): Promise<void> => void await Promise.allSettled(started.map(peer => peer.stop()))
  async function keep(starting: Promise<Peer>): Promise<Peer> {
    const peer = await starting
    started.push(peer)
    return peer
  }
  try {
    return { ...await prepare(keep), stop }
  }
  catch (error) {
    await stop()
    throw error
  }
}

async function holding(size: number, build: Build, keep: Keep): Promise<Peer> {
  const larder = await keep(startLarder({ build, memory: '2GB' }))
  await furnishAmong(larder, size)
  return larder
}

function laneOf(peer: Peer, load: Load, name = peer.name): Lane {
  return { peer, load, name }
}

function inWords(size: number): string {
  return size.toLocaleString('en')
}
