import type { Reply } from '../../../src/main/base/resp'
import { Buffer } from 'node:buffer'
import { ReplyError, ReplyMap } from '../../../src/main/base/resp'

/** Seconds that may lie between the same command on two servers of a busy machine. */
const skew = 90

/** Replies that count from now: how much of their unit a second is. */
const timed: Readonly<Record<string, number>> = { TTL: 1, PTTL: 1000, EXPIRETIME: 1, PEXPIRETIME: 1000 }
/** Replies whose order says nothing. */
const unordered = new Set([
  ...['KEYS', 'SCAN', 'HKEYS', 'HVALS', 'SMEMBERS', 'SPOP', 'SRANDMEMBER', 'SINTER', 'SUNION', 'SDIFF', 'SSCAN'],
])
/** The same, of fields with their values. */
const pairwise = new Set(['HGETALL', 'HSCAN'])
/** How many items of a reply belong together, in an order that says nothing. */
type Grouping = 'ordered' | 1 | 2

function groupingOf(name: string, words: number): Grouping {
  if (name === 'HRANDFIELD')
    return words > 3 ? 2 : 1
  return pairwise.has(name) ? 2 : unordered.has(name) ? 1 : 'ordered'
}

/** Whether two servers have answered a command alike. */
function isAlike(command: readonly (string | Uint8Array)[], one: Reply, other: Reply): boolean {
  const name = String(command[0]).toUpperCase()
  if (name in timed && typeof one === 'number' && typeof other === 'number' && one > 0 && other > 0)
    return Math.abs(one - other) <= skew * (timed[name] ?? 1)
  if (name === 'HELLO')
    return JSON.stringify(greeting(one)) === JSON.stringify(greeting(other))
  const grouping = groupingOf(name, command.length)
  return JSON.stringify(plain(one, grouping)) === JSON.stringify(plain(other, grouping))
}

/** Without the version and the number of the connection, which are each server's own. */
function greeting(reply: Reply): unknown {
  const items = reply instanceof ReplyMap ? reply.items : Array.isArray(reply) ? reply : [reply]
  const facts = items.map(item => plain(item))
  return [reply instanceof ReplyMap, ...facts.filter((_, index) => index !== 3 && index !== 7)]
}

/** A reply in a form that can be compared, and read. */
export function plain(reply: Reply, grouping: Grouping = 'ordered'): unknown {
  if (Buffer.isBuffer(reply))
    return `"${reply.toString('latin1')}"`
  if (reply instanceof ReplyError)
    return `-${reply.text}`
  if (reply instanceof ReplyMap)
    return { map: grouped(reply.items.map(item => plain(item)), grouping) }
  if (typeof reply === 'bigint')
    return `${reply}n`
  if (!Array.isArray(reply))
    return reply
  const items = reply.map(item => plain(item, grouping))
  // A cursor, and what it found; or pairs that are arrays already.
  if (items.some(item => Array.isArray(item)))
    return typeof items[0] === 'string' ? items : grouped(items, grouping === 'ordered' ? grouping : 1)
  return grouped(items, grouping)
}

function grouped(items: unknown[], grouping: Grouping): unknown[] {
  if (grouping === 'ordered')
    return items
  return Array.from({ length: Math.ceil(items.length / grouping) }, (_, index) =>
    JSON.stringify(items.slice(index * grouping, (index + 1) * grouping))).sort()
}

/** The replies of a transaction are those of its commands, each by its own rule. */
export function firstDifference(
  commands: readonly (readonly (string | Uint8Array)[])[],
  replies: readonly Reply[],
  expected: readonly Reply[],
): string | null {
  let queued: (readonly (string | Uint8Array)[])[] = []
  for (const [index, command] of commands.entries()) {
    const [one, other] = [replies[index] as Reply, expected[index] as Reply]
    const name = String(command[0]).toUpperCase()
    const isRun = name === 'EXEC' && Array.isArray(one) && Array.isArray(other) && one.length === other.length
    const same = isRun
      ? one.every((reply, at) => isAlike(queued[at] ?? [], reply, other[at] as Reply))
      : isAlike(command, one, other)
    if (!same) {
      const [ours, theirs] = [one, other].map(reply => JSON.stringify(plain(reply, groupingOf(name, command.length))))
      return `${index}: ${words(command)}\n  Larder: ${ours}\n  Redis:  ${theirs}`
    }
    if (one === 'QUEUED')
      queued.push(command)
    else if ((name === 'MULTI' && one === 'OK') || name === 'EXEC' || name === 'DISCARD')
      queued = []
  }
  return null
}

function words(command: readonly (string | Uint8Array)[]): string {
  return command.map(word =>
    typeof word === 'string' ? word.slice(0, 60) : JSON.stringify(Buffer.from(word).toString('latin1'))).join(' ')
}
