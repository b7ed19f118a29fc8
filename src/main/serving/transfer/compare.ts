import type { JobOutcome } from '@shared/jobs'
import type { Stopwatch } from '../../base/clock'
import type { ReadableFile } from '../../base/readable-file'
import type { Progress } from '../ports'
import type { Frame } from './frames'
import { Buffer } from 'node:buffer'
import { isDeepStrictEqual } from 'node:util'
import { encodeKey } from '@shared/entry-key'
import { limits } from '@shared/limits'
import { createPauses } from '../jobs/pauses'
import { badFile, chunksOf, linesOf } from './frames'
import { parseFrame } from './json-frame'

/** Characters that are gathered before they are written. */
const enough = 64 * 1024
const most = { depth: 8, elements: 500_000 }

/** A line of a snapshot with its place in the order of lines. */
interface Placed { text: string, fields: Fields, cache: string, key: Uint8Array }
type Fields = Readonly<Record<string, unknown>>

interface Comparison {
  a: ReadableFile
  b: ReadableFile
  /** Whether what is left of lives is compared as well. */
  times: boolean
  write: (text: string) => Promise<void>
}

/**
 * Writes the lines of two snapshots that differ, in their order: those of `a` after `-`, those of
 * `b` after `+`. Both are read once, line by line. Leaves the counts in `progress.outcome`. Rejects
 * with LarderError `bad-file` for a file whose lines are not in order.
 */
export async function compareSnapshots(
  { a, b, times, write }: Comparison,
  progress: Progress,
  stopwatch: Stopwatch,
): Promise<void> {
  progress.total = a.bytes + b.bytes
  const onRead = (bytes: number): void => void (progress.seen += bytes)
  const pauses = createPauses(stopwatch)
  const outcome: JobOutcome = { caches: [], added: 0, replaced: 0, removed: 0, faults: [] }
  let waiting = ''
  async function flush(): Promise<void> {
    const text = waiting
    waiting = ''
    await write(text)
  }

  const [former, later] = [createLines(a, onRead), createLines(b, onRead)]
  const [headA, headB] = [await former(), await later()]
  if (headA?.text !== headB?.text)
    waiting += `${signed('-', headA?.text)}${signed('+', headB?.text)}`
  const [readA, readB] = [createOrder(former), createOrder(later)]
  let [lineA, lineB] = [await readA(), await readB()]
  while ((lineA ?? lineB) !== undefined && !progress.cancelled) {
    const order = compare(lineA, lineB)
    if (order !== 0 || !isSame(lineA, lineB, times)) {
      outcome[order < 0 ? 'removed' : order > 0 ? 'added' : 'replaced']++
      progress.matched++
      waiting += (order <= 0 ? signed('-', lineA?.text) : '') + (order >= 0 ? signed('+', lineB?.text) : '')
    }
    if (order <= 0)
      lineA = await readA()
    if (order >= 0)
      lineB = await readB()
    if (waiting.length >= enough)
      await flush()
    if (pauses.due)
      await pauses.take()
  }
  if (!progress.cancelled)
    await flush()
  progress.outcome = outcome
}

/** Hands out the lines one by one. */
function createLines(file: ReadableFile, onRead: (bytes: number) => void): () => Promise<Frame | undefined> {
  const chunks = linesOf(chunksOf(file, onRead), limits.transferLine)
  let lines: Frame[] = []
  let at = 0
  return async () => {
    while (at >= lines.length) {
      const { value, done } = await chunks.next()
      if (done === true)
        return undefined
      lines = value
      at = 0
    }
    return lines[at++]
  }
}

function signed(sign: '-' | '+', text: string | undefined): string {
  return text === undefined ? '' : `${sign}${text}\n`
}

/** Reads line by line, and sees to it that each comes after the one before. */
function createOrder(next: () => Promise<Frame | undefined>): () => Promise<Placed | undefined> {
  let before: Placed | undefined
  return async () => {
    const frame = await next()
    if (frame === undefined)
      return undefined
    const line = placeOf(frame)
    if (before !== undefined && compare(before, line) >= 0)
      throw badFile('Line', frame.number, 'must come after the line before it, by cache and by the bytes of the key')
    before = line
    return line
  }
}

function placeOf(frame: Frame): Placed {
  const raw = parseFrame(frame, most)
  const fields = typeof raw === 'object' && raw !== null ? raw as Fields : {}
  const { cache, key } = fields
  if (typeof cache !== 'string' || typeof key !== 'string')
    throw badFile('Line', frame.number, 'must be an entry with cache and key')
  return { text: frame.text, fields, cache, key: encodeKey(key) }
}

function isSame(a: Placed | undefined, b: Placed | undefined, times: boolean): boolean {
  return a?.text === b?.text || (!times && isDeepStrictEqual(a && withoutRest(a.fields), b && withoutRest(b.fields)))
}

/** What was given instead of what is left of it. */
function withoutRest({ ttl, grace, ...fields }: Fields): Fields {
  return { givenTtl: ttl, givenGrace: grace, ...fields }
}

/** A line that is not there comes after all others. */
function compare(a: Placed | undefined, b: Placed | undefined): number {
  if (a === undefined || b === undefined)
    return a === undefined ? 1 : -1
  if (a.cache !== b.cache)
    return a.cache < b.cache ? -1 : 1
  return Buffer.compare(a.key, b.key)
}
