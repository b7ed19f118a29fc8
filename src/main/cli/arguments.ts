import type { Completes } from './completes'
import type { Parser } from './values'
import { parseArgs } from 'node:util'
import { messageOf } from '@shared/errors'
import { usageFailure } from './failure'
import { suggestion } from './suggest'

/** Declaration of a flag. If `placeholder` is null, the flag is a switch, which needs no value. */
export interface FlagSpec<T = unknown> {
  placeholder: string | null
  meaning: string
  parse: Parser<T>
  /** What its value may be; for completion. */
  completes?: Completes
}

/** A value that a person gave: its text, and the form in which it was written, for messages. */
export interface Given {
  text: string
  written: string
}

interface Arguments {
  words: string[]
  /** By flag, without dashes. */
  flags: Map<string, Given>
}

/**
 * Splits a command line into words and flags. Throws Failure (usage) on unknown flags, naming the
 * nearest known one, on flags without their value and on flags that are given twice.
 *
 * @param namesFor names of the flags that make sense with these words, to suggest one of
 */
export function readArguments(
  argv: readonly string[],
  known: ReadonlyMap<string, Pick<FlagSpec, 'placeholder'>>,
  namesFor: (words: readonly string[]) => Iterable<string> = () => known.keys(),
): Arguments {
  const types = [...known].map(([name, { placeholder }]) =>
    [name, { type: placeholder === null ? 'boolean' : 'string' }] as const)
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...Object.fromEntries(types), help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  })
  const words: string[] = []
  const flags = new Map<string, Given>()
  let unknown: { name: string, rawName: string } | undefined

  for (const token of tokens) {
    if (token.kind === 'positional')
      words.push(token.value)
    if (token.kind !== 'option')
      continue
    const spec = known.get(token.name)
    if (!spec) {
      unknown ??= token
      continue
    }
    if (flags.has(token.name))
      throw usageFailure(`${token.rawName} is given twice`)
    if (spec.placeholder !== null && (token.value === undefined || (!token.inlineValue && /^-./.test(token.value)))) {
      throw usageFailure(
        `${token.rawName} needs a value: ${token.rawName} ${spec.placeholder} (if it begins with a dash: ${token.rawName}=-…)`,
      )
    }
    const written = token.value === undefined
      ? token.rawName
      : `${token.rawName}${token.inlineValue ? '=' : ' '}${token.value}`
    flags.set(token.name, { text: token.value ?? '1', written })
  }
  // Only now, because the words that say which flags make sense may follow it.
  if (unknown) {
    const { name, rawName } = unknown
    const hint = suggestion(name, namesFor(words), found => `--${found}`)
    throw usageFailure(`unknown flag ${rawName}${hint}${hintFor(rawName)}`)
  }
  return { words, flags }
}

function hintFor(rawName: string): string {
  return /^-[^-]/.test(rawName) ? ' (write words that begin with a dash after --)' : ''
}

/**
 * Parses a given value. Throws Failure (usage) that shows the value as it was written and says what
 * would be right.
 */
export function parseGiven<T>(given: Given, parse: Parser<T>): T {
  try {
    return parse(given.text)
  }
  catch (error) {
    throw usageFailure(`${given.written}: ${messageOf(error)}`)
  }
}
