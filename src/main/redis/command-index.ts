import type { CommandTable } from './command-table'
import type { CommandWords } from './command-words'
import type { CommandRow } from './redis-call'
import { Buffer } from 'node:buffer'
import { hashByte } from './command-words'

/** Finds the row of the command that the first word names, without a text of it. */
type CommandIndex = (words: CommandWords) => CommandRow | undefined

interface Named { capitals: Buffer, row: CommandRow }

/** The parts of commands are not in it. */
export function createCommandIndex(table: CommandTable): CommandIndex {
  const byHash = new Map<number, Named[]>()
  for (const [name, row] of table) {
    if (name.includes('|'))
      continue
    // What is compared is compared without the bit for small letters, which only letters have.
    if (!/^[a-z]+$/.test(name))
      throw new Error(`The name of the command ${name} is not made of letters`)
    const capitals = Buffer.from(name.toUpperCase())
    const hash = capitals.reduce(hashByte, 0)
    byHash.set(hash, [...byHash.get(hash) ?? [], { capitals, row }])
  }
  return (words) => {
    for (const { capitals, row } of byHash.get(words.hash(0)) ?? []) {
      if (words.spells(0, capitals))
        return row
    }
    return undefined
  }
}
