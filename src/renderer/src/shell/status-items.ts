import type { ScreenName } from '@shared/console-paths'
import type { ServerStatistics } from '@shared/schemas'
import type { ServerWatch, WatchTrouble } from '@shared/server-watch'
import { formatBytes, formatCount, formatEntries, formatMicroseconds } from '../format'

/** One thing that the line at the bottom of the frame tells. */
export interface StatusItem {
  id: string
  word: string
  /** What changes; empty if the word says all. */
  figure: string
  /** Characters that the figure gets, so that nothing moves when it changes. */
  width: number
  state: 'fine' | 'look' | 'bad'
  /** A sentence or two. */
  hint: string
  /** Where it is looked into and mended. */
  to: ScreenName
}

/**
 * What the server as a whole is told by, for administrators; others get what is their own. The
 * server judges, so the same is wrong here, in the log and in the metrics.
 */
export function statusItems({ watch, caches, entries }: ServerStatistics): StatusItem[] {
  if (!watch)
    return [own(caches, entries)]
  const troubleOf = (part: WatchTrouble['part']): WatchTrouble | undefined =>
    watch.troubles.find(trouble => trouble.part === part)
  const judged = (part: WatchTrouble['part'], item: Omit<StatusItem, 'id' | 'state'>): StatusItem => {
    const trouble = troubleOf(part)
    const state = trouble === undefined ? 'fine' : trouble.severe ? 'bad' : 'look'
    return { ...item, id: part, state, hint: trouble?.sentence ?? item.hint }
  }
  return [
    judged('loop', loopItem(watch)),
    judged('memory', memoryItem(watch)),
    ...watch.disk === null ? [] : [judged('disk', diskItem(watch.disk, watch.files))],
    judged('stores', storesItem(watch.stores)),
    ...watch.connections.length === 0 ? [] : [judged('connections', sourcesItem(watch.connections))],
  ]
}

type Plain = Omit<StatusItem, 'id' | 'state'>

function own(caches: number, entries: number): StatusItem {
  return {
    id: 'own',
    word: 'Caches',
    figure: formatCount(caches),
    width: 3,
    state: 'fine',
    hint: `Your caches hold ${formatEntries(entries)}.`,
    to: 'overview',
  }
}

function loopItem({ loop: { p99, max } }: ServerWatch): Plain {
  return {
    word: 'Loop',
    figure: formatMicroseconds(p99 * 1e6),
    width: 7,
    hint: `In the last minute 99 of 100 turns of the event loop were late by ${formatMicroseconds(p99 * 1e6)} or less, `
      + `and the slowest by ${formatMicroseconds(max * 1e6)}.`,
    to: 'requests',
  }
}

function memoryItem({ memory: { used, budget, rss, expected } }: ServerWatch): Plain {
  return {
    word: 'Memory',
    figure: `${formatBytes(used)} of ${formatBytes(budget)}`,
    width: 18,
    hint: `Entries take ${formatBytes(used)} of their budget of ${formatBytes(budget)}. The process holds `
      + `${formatBytes(rss)}; up to ${formatBytes(expected)} are as expected.`,
    to: 'settings',
  }
}

function diskItem({ free, size }: NonNullable<ServerWatch['disk']>, files: ServerWatch['files']): Plain {
  const taken = files && ` The databases take ${formatBytes(files.databases)}, and the log ${formatBytes(files.log)}.`
  return {
    word: 'Disk',
    figure: `${formatBytes(free)} free`,
    width: 12,
    hint: `The disk of the data folder has ${formatBytes(free)} of ${formatBytes(size)} left.${taken ?? ''}`,
    to: 'settings',
  }
}

function storesItem(stores: ServerWatch['stores']): Plain {
  const failing = Object.values(stores).filter(state => state !== 'ok').length
  return {
    word: 'Stores',
    figure: failing === 0 ? 'fine' : `${failing} failing`,
    width: 9,
    hint: 'The data folder can be written.',
    to: 'settings',
  }
}

function sourcesItem(connections: ServerWatch['connections']): Plain {
  const up = connections.filter(({ state }) => state !== 'down').length
  return {
    word: 'Connections',
    figure: `${up} of ${connections.length}`,
    width: 8,
    hint: 'No connection is down.',
    to: 'sources',
  }
}
