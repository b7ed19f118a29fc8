import type { Reply } from '../../../src/main/base/resp'
import type { TestLarder } from '../../helpers/start-larder'
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ReplyError } from '../../../src/main/base/resp'
import { redisCommandNames } from '../../../src/shared/redis/commands'
import { connectRedis } from '../../helpers/redis-connection'
import { ownerKey, startLarder } from '../../helpers/start-larder'
import { portOf } from './ports'

/**
 * Tair's compatibility cases, from the file that LARDER_CTS names: each is a list of commands and
 * their replies. A case with a command that there is not is skipped, and counted by the command.
 */
interface Case {
  name: string
  command: string[]
  result: unknown[]
  since: string
  tags?: 'standalone' | 'cluster'
  skipped?: boolean
  /** Whether the order of a reply says nothing. */
  sort_result?: boolean
}

/** What this Larder answers for. */
const newest = '7.2'
const file = process.env.LARDER_CTS
if (file === undefined)
  console.warn('Skipped: Tair\'s compatibility cases: LARDER_CTS names no cts.json.')

const names: ReadonlySet<string> = new Set(redisCommandNames)
let larder: TestLarder
beforeAll(async () => {
  larder = await startLarder({ redis: { port: 0, isAsked: true } })
})
afterAll(() => larder.dispose())

/** A quote begins or ends a part in which spaces are no ends; nothing is escaped. */
function wordsOf(command: string): string[] {
  const words = ['']
  let isQuoted = false
  for (const sign of command) {
    if (sign === '"')
      isQuoted = !isQuoted
    else if (sign === ' ' && !isQuoted)
      words.push('')
    else
      words[words.length - 1] += sign
  }
  return words
}

function simple(reply: Reply, isSorted: boolean): unknown {
  if (Buffer.isBuffer(reply))
    return reply.toString()
  if (reply instanceof ReplyError)
    return { error: reply.text }
  return Array.isArray(reply) ? sorted(reply.map(item => simple(item, isSorted)), isSorted) : reply
}

function sorted(items: unknown[], isSorted: boolean): unknown[] {
  return isSorted && !items.some(item => Array.isArray(item)) ? items.map(String).sort() : items
}

function expected(result: unknown, isSorted: boolean): unknown {
  return Array.isArray(result) ? sorted(result.map(item => expected(item, isSorted)), isSorted) : result
}

/** The first command of a case that there is not. */
function missing({ command }: Case): string | undefined {
  for (const line of command) {
    const [first = '', second = ''] = wordsOf(line).map(word => word.toLowerCase())
    const isContainer = redisCommandNames.some(name => name.startsWith(`${first}|`))
    if (!names.has(first) || (isContainer && !names.has(`${first}|${second}`)))
      return first
  }
  return undefined
}

// Red: in src/main/redis/handlers/keys.ts answer RENAMENX with OK.
it.skipIf(file === undefined)('tair\'s compatibility cases have their replies', async () => {
  const cases = (JSON.parse(readFileSync(file ?? '', 'utf8')) as Case[]).filter(({ tags, skipped, since }) =>
    tags !== 'cluster' && !skipped && since.localeCompare(`${newest}.99`, 'en', { numeric: true }) <= 0)
  const skipped: Record<string, number> = {}
  const failed: unknown[] = []
  let passed = 0
  let broken = 0
  for (const one of cases) {
    const command = missing(one)
    if (command !== undefined) {
      skipped[command] = (skipped[command] ?? 0) + 1
      continue
    }
    // One case of the file expects three replies to two commands.
    if (one.command.length !== one.result.length) {
      broken++
      continue
    }
    const isSorted = one.sort_result === true
    const connection = await connectRedis(portOf(larder))
    await connection.pipeline([['AUTH', ownerKey], ['FLUSHALL']])
    const replies: unknown[] = []
    for (const line of one.command)
      replies.push(simple(await connection.send(...wordsOf(line)), isSorted))
    connection.close()
    const wanted = one.result.map(result => expected(result, isSorted))
    if (JSON.stringify(replies) === JSON.stringify(wanted))
      passed++
    else
      failed.push({ name: one.name, commands: one.command, wanted, replies })
  }
  const lacking = Object.entries(skipped).map(([name, count]) => `${name} ${count}`).join(', ')
  console.log(`Compatibility cases: ${passed} of ${passed + failed.length} passed. Skipped: ${broken} with another number `
    + `of replies than commands, and by the command that there is not: ${lacking}`)
  expect(failed).toEqual([])
  expect(passed).toBeGreaterThan(0)
})
