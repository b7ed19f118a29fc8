import type { CacheSettings } from '../../../src/main/cache/ports'

/** The rules of eviction over arrays, each as it is told in one sentence, for stores of a few entries. */
export interface NaiveEviction<Node> {
  add: (node: Node) => void
  use: (node: Node) => void
  remove: (node: Node) => void
  victim: () => Node | undefined
  /** From the next to go on. */
  order: () => Node[]
}

/** Who was used longest ago goes first. */
function createNaiveLru<Node>(): NaiveEviction<Node> {
  let nodes: Node[] = []
  const remove = (node: Node): void => void (nodes = nodes.filter(other => other !== node))
  const add = (node: Node): void => void nodes.push(node)
  return {
    add,
    use(node) {
      remove(node)
      add(node)
    },
    remove,
    victim: () => nodes[0],
    order: () => [...nodes],
  }
}

/** Rank = age + 1 + 10 for each of up to three uses; the lowest goes first, of equals who got it first. The age is the lowest rank at the last eviction. */
function createNaiveLfu<Node>(): NaiveEviction<Node> {
  let rows: { node: Node, rank: number, uses: number, since: number }[] = []
  let age = 0
  let turn = 0
  let latest: Node | undefined
  const sorted = () => rows.toSorted((a, b) => a.rank - b.rank || a.since - b.since)
  const order = (): Node[] => {
    const others = sorted().filter(row => row.node !== latest).map(row => row.node)
    return latest === undefined ? others : [...others, latest]
  }
  return {
    add(node) {
      rows.push({ node, rank: age + 1, uses: 0, since: ++turn })
      latest = node
    },
    use(node) {
      latest = node
      for (const row of rows.filter(row => row.node === node && !(row.uses === 3 && row.rank === age + 31))) {
        row.uses = Math.min(3, row.uses + 1)
        row.rank = age + 1 + 10 * row.uses
        row.since = ++turn
      }
    },
    remove(node) {
      rows = rows.filter(row => row.node !== node)
      if (latest === node)
        latest = undefined
    },
    victim() {
      age = sorted()[0]?.rank ?? age
      return order()[0]
    },
    order,
  }
}

/** A queue with a hand: who was used is passed over once, losing the mark; who has none goes. */
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
      return [...round.filter(node => !marked.has(node)), ...round.filter(node => marked.has(node)), ...latest === undefined ? [] : [latest]]
    },
  }
}

export function createNaiveEviction<Node>(name: CacheSettings['eviction']): NaiveEviction<Node> {
  return { lru: createNaiveLru<Node>, lfu: createNaiveLfu<Node>, sieve: createNaiveSieve<Node> }[name]()
}
