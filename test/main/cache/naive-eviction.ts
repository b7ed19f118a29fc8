import type { CacheSettings } from '@shared/cache-settings'

/** The rules of eviction over arrays, one sentence for each rule, for stores of a few entries. */
export interface NaiveEviction<Node> {
  add: (node: Node) => void
  /** Before all others that nobody has used. */
  addOldest: (node: Node) => void
  use: (node: Node) => void
  remove: (node: Node) => void
  victim: () => Node | undefined
  /** The nodes in the order in which they would be evicted. */
  order: () => Node[]
}

/** Evicts the least recently used node first. */
function createNaiveLru<Node>(): NaiveEviction<Node> {
  let nodes: Node[] = []
  const remove = (node: Node): void => void (nodes = nodes.filter(other => other !== node))
  const add = (node: Node): void => void nodes.push(node)
  return {
    add,
    addOldest: node => void nodes.unshift(node),
    use(node) {
      remove(node)
      add(node)
    },
    remove,
    victim: () => nodes[0],
    order: () => [...nodes],
  }
}

/**
 * Rank = age for what is added as the oldest; otherwise age + 1 + 10 for each of up to three uses.
 * The lowest rank is evicted first, and among equals the one that has been in this place longest. A
 * used node stays in its place until its turn comes, and then moves to the end of its rank. The age
 * is the lowest rank at the last eviction.
 */
function createNaiveLfu<Node>(): NaiveEviction<Node> {
  interface Row { node: Node, rank: number, uses: number, stand: number }
  let rows: Row[] = []
  let age = 0
  let latest: Node | undefined
  const settled = (row: Row): boolean => row.rank === row.stand
  /** Starts at the lowest place; equals keep the order of the array, because sorting is stable. */
  const settle = (from: readonly Row[]): Row[] => {
    const sorted = from.toSorted((a, b) => a.stand - b.stand)
    const next = sorted.find(row => !(settled(row) && row.node === latest))
    return next === undefined || settled(next)
      ? sorted
      : settle([...sorted.filter(row => row !== next), { ...next, stand: next.rank }])
  }
  /** Only the first evictable node must be in its final place; later ones need not be. */
  const orderOf = (from: readonly Row[]): Node[] => {
    const sorted = settle(from)
    const next = sorted.find(row => row.node !== latest)
    return next === undefined
      ? sorted.map(row => row.node)
      : [next.node, ...orderOf(sorted.filter(row => row !== next))]
  }
  return {
    add(node) {
      rows.push({ node, rank: age + 1, uses: 0, stand: age + 1 })
      latest = node
    },
    addOldest: node => void rows.unshift({ node, rank: age, uses: 0, stand: age }),
    use(node) {
      latest = node
      for (const row of rows.filter(row => row.node === node)) {
        row.uses = Math.min(3, row.uses + 1)
        row.rank = age + 1 + 10 * row.uses
      }
    },
    remove(node) {
      rows = rows.filter(row => row.node !== node)
      if (latest === node)
        latest = undefined
    },
    victim() {
      rows = settle(rows)
      age = rows[0]?.stand ?? age
      return (rows.find(row => row.node !== latest) ?? rows[0])?.node
    },
    order: () => orderOf(rows),
  }
}

/** A queue with a hand: a marked node loses its mark and is skipped once; others are evicted. */
function createNaiveSieve<Node>(): NaiveEviction<Node> {
  let queue: Node[] = []
  const marked = new Set<Node>()
  let hand: Node | undefined
  let latest: Node | undefined
  const after = (node: Node): Node | undefined => queue[(queue.indexOf(node) + 1) % queue.length]
  return {
    add(node) {
      queue.push(node)
      latest = node
      hand ??= node
    },
    addOldest(node) {
      hand = hand === queue[0] ? node : hand
      queue.unshift(node)
    },
    use(node) {
      marked.add(node)
      latest = node
    },
    remove(node) {
      let next = after(node)
      queue = queue.filter(other => other !== node)
      marked.delete(node)
      if (latest === node)
        latest = undefined
      if (hand !== node)
        return
      next = queue.length === 0 || next === undefined ? undefined : next === latest ? after(next) : next
      hand = next
    },
    victim() {
      if (queue.length < 2)
        return hand
      while (hand !== undefined && (hand === latest || marked.has(hand))) {
        if (hand !== latest)
          marked.delete(hand)
        hand = after(hand)
      }
      return hand
    },
    order() {
      const start = hand === undefined ? 0 : queue.indexOf(hand)
      const round = [...queue.slice(start), ...queue.slice(0, start)].filter(node => node !== latest)
      return [
        ...round.filter(node => !marked.has(node)),
        ...round.filter(node => marked.has(node)),
        ...latest === undefined ? [] : [latest],
      ]
    },
  }
}

export function createNaiveEviction<Node>(name: CacheSettings['eviction']): NaiveEviction<Node> {
  return { lru: createNaiveLru<Node>, lfu: createNaiveLfu<Node>, sieve: createNaiveSieve<Node> }[name]()
}
