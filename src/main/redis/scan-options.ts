import type { Buffer } from 'node:buffer'
import type { RedisCall } from './redis-call'
import { matchesGlob } from './glob'
import { readWhole } from './numbers'
import { faults } from './reply'

/** What SCAN, HSCAN and SSCAN look for. */
interface ScanOptions {
  matches: (name: Buffer) => boolean
  /** About how many are answered at once. */
  count: number
  /** In the words of Redis; null for any. */
  type: string | null
}

export function matcher(pattern: string): (name: Buffer) => boolean {
  return pattern === '*' ? () => true : name => matchesGlob(pattern, name.toString('latin1'))
}

/** Throws CommandFault. */
export function readScanCursor(text: string): string {
  if (!/^\d{1,20}$/.test(text))
    throw faults.cursor()
  return text.replace(/^0+(?=\d)/, '')
}

/**
 * Reads the options from a word on. Throws CommandFault.
 *
 * @param withType whether TYPE is one of them
 */
export function readScanOptions(call: RedisCall, from: number, withType: boolean): ScanOptions {
  const options: ScanOptions = { matches: matcher('*'), count: 10, type: null }
  for (let at = from; at < call.words.length; at += 2) {
    if (at + 1 >= call.words.length)
      throw faults.syntax()
    const word = call.text(at).toUpperCase()
    if (word === 'MATCH') {
      options.matches = matcher(call.text(at + 1))
    }
    else if (word === 'TYPE' && withType) {
      options.type = call.text(at + 1).toLowerCase()
    }
    else if (word === 'COUNT') {
      options.count = Number(readWhole(call.bytes(at + 1)))
      if (options.count < 1)
        throw faults.syntax()
    }
    else {
      throw faults.syntax()
    }
  }
  return options
}
