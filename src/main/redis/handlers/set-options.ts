import type { Buffer } from 'node:buffer'
import type { Clock } from '../../base/clock'
import type { TimeForm } from '../expiry'
import type { RedisCall } from '../redis-call'
import { rowOf } from '@shared/rows'
import { readFutureMoment, timeForms } from '../expiry'
import { faults } from '../reply'

/** What stands behind key and value of SET, or behind the key of GETEX. */
interface StringOptions {
  /** Store only if there is no entry, or if there is one. */
  condition: 'NX' | 'XX' | null
  /** Store only if this is the value. */
  expected: Buffer | null
  /** RedisAnswer the value before. */
  get: boolean
  keepTtl: boolean
  persist: boolean
  time: { form: TimeForm, index: number } | null
}

/** Throws CommandFault for options that are none, or exclude each other. */
export function readStringOptions(call: RedisCall, from: number, allowed: ReadonlySet<string>): StringOptions {
  const options: StringOptions = {
    ...{ condition: null, expected: null, time: null },
    ...{ get: false, keepTtl: false, persist: false },
  }
  /** What is said about the end of the entry: the same word may come again, another may not. */
  let about: string | null = null
  for (let at = from; at < call.words.length; at++) {
    const word = call.text(at).toUpperCase()
    const form = rowOf(timeForms, word)
    const isAbout = form !== undefined || word === 'KEEPTTL' || word === 'PERSIST'
    if (!allowed.has(word) || (isAbout && about !== null && about !== word))
      throw faults.syntax()
    about = isAbout ? word : about
    if (form !== undefined) {
      at++
      if (at >= call.words.length)
        throw faults.syntax()
      options.time = { form, index: at }
    }
    else if (word === 'NX' || word === 'XX') {
      if (options.condition !== null && options.condition !== word)
        throw faults.syntax()
      options.condition = word
    }
    else if (word === 'IFEQ') {
      if (options.expected !== null || at + 1 >= call.args.length)
        throw faults.syntax()
      options.expected = call.bytes(++at)
    }
    options.get ||= word === 'GET'
    options.keepTtl ||= word === 'KEEPTTL'
    options.persist ||= word === 'PERSIST'
  }
  if (options.condition !== null && options.expected !== null)
    throw faults.syntax()
  return options
}

/** When an entry is to end, in milliseconds since 1970; null if nothing is said. */
export function statedEnd(call: RedisCall, { time }: Pick<StringOptions, 'time'>, clock: Clock): number | null {
  return time === null ? null : readFutureMoment(call.bytes(time.index), time.form, clock, call)
}

const times = Object.keys(timeForms)
export const setWords: ReadonlySet<string> = new Set([...times, 'NX', 'XX', 'IFEQ', 'GET', 'KEEPTTL'])
export const getexWords: ReadonlySet<string> = new Set([...times, 'PERSIST'])
