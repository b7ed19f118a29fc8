import type { ServerWatch, WatchTrouble } from '@shared/server-watch'
import { counted, grouped } from '@shared/grouped'

/** Seconds. */
const loopLimit = 0.1
/** Bytes, and the part of the disk, below which it counts as nearly full. */
const leastFree = 500_000_000
const leastPart = 0.02
/** Bytes below which writes soon fail: the log alone may take a third of it. */
const hardlyFree = 100_000_000

/** Bytes that the process should hold at most with this budget, as docs/guarantees.md promises. */
export function expectedMemory(budget: number): number {
  return Math.round(1.5 * budget + 150e6)
}

/** What is wrong with these figures. */
export function troublesOf(figures: Omit<ServerWatch, 'troubles'>): WatchTrouble[] {
  const { loop, memory, disk, stores, connections } = figures
  const troubles: WatchTrouble[] = []
  const add = (part: WatchTrouble['part'], severe: boolean, sentence: string): void =>
    void troubles.push({ part, severe, sentence })

  if (loop.p99 > loopLimit) {
    const late = grouped(Math.round(loop.p99 * 1000))
    add('loop', false, `One request in a hundred waits ${late} ms or longer, because something keeps the server busy.`)
  }
  if (memory.rss > memory.expected) {
    const most = megabytes(memory.expected)
    add('memory', false, `The process holds ${megabytes(memory.rss)}. With this budget it should hold ${most} at most.`)
  }
  if (disk && (disk.free < leastFree || disk.free < leastPart * disk.size)) {
    const sentence = `The disk of the data folder has ${megabytes(disk.free)} left. Changes are refused when it is full.`
    add('disk', disk.free < hardlyFree, sentence)
  }
  const failing = Object.keys(stores).filter(name => stores[name] !== 'ok')
  if (failing.length > 0)
    add('stores', true, `Larder cannot write ${failing.join(' and ')} to its data folder.`)
  const down = connections.filter(({ state }) => state === 'down')
  if (down.length > 0) {
    const names = down.map(({ name }) => name).join(', ')
    add('connections', false, `${counted(down.length, 'connection is', 'connections are')} down: ${names}.`)
  }
  return troubles
}

function megabytes(bytes: number): string {
  return `${grouped(Math.round(bytes / 1e6))} MB`
}
