import type { FlagSpec } from './arguments'
import type { CliClient } from './client'
import type { Command } from './command'
import type { Completes } from './completes'

/** The word in front of a command line that asks for what may come next. For the scripts alone. */
export const completeWord = '__complete'
/** The line that asks the shell for files. No candidate begins so. */
const fileLine = ':file'

interface Candidate { text: string, meaning: string }

/** A command line up to the cursor, taken apart. */
interface Unfinished {
  words: readonly string[]
  /** Flags that are given, without dashes, with their values. */
  flags: ReadonlyMap<string, string>
  /** The last word, as far as it stands there. */
  current: string
  /** The flag whose value the last word is. */
  valueOf: string | undefined
  /** Whether the last word may still be a flag. */
  mayBeFlag: boolean
}

type FlagTable = ReadonlyMap<string, FlagSpec>

/** Never throws: half a command line is the usual case here. */
export function readUnfinished(argv: readonly string[], known: FlagTable): Unfinished {
  const current = argv.at(-1) ?? ''
  const words: string[] = []
  const flags = new Map<string, string>()
  let valueOf: string | undefined
  let mayBeFlag = true
  for (const word of argv.slice(0, -1)) {
    const [, name, value] = mayBeFlag ? /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [] : []
    if (valueOf !== undefined) {
      flags.set(valueOf, word)
      valueOf = undefined
    }
    else if (mayBeFlag && word === '--') {
      mayBeFlag = false
    }
    else if (name === undefined) {
      words.push(word)
    }
    else {
      flags.set(name, value ?? '')
      if (value === undefined && (known.get(name)?.placeholder ?? null) !== null)
        valueOf = name
    }
  }
  return { words, flags, current, valueOf, mayBeFlag }
}

/**
 * Lines for the shell's script: a candidate, a tab and what it means; or that files may stand
 * there. Asks `client` only where the server has the names.
 */
export async function complete(
  line: Unfinished,
  commands: readonly Command[],
  globals: FlagTable,
  client: CliClient,
): Promise<readonly string[]> {
  const { current, mayBeFlag } = line
  const words = line.words[0] === 'help' ? line.words.slice(1) : line.words
  const [first = 'serve', second] = words
  const command = commands.find(({ name }) => name === `${first} ${second}`)
    ?? commands.find(({ name }) => name === first)
  const flags = new Map([...command?.flags ?? [], ...globals])

  if (line.valueOf !== undefined)
    return await valueLines(flags.get(line.valueOf), current, '', client)
  const [, inline, value = ''] = mayBeFlag ? /^--([^=]+)=(.*)$/s.exec(current) ?? [] : []
  if (inline !== undefined)
    return await valueLines(flags.get(inline), value, `--${inline}=`, client)
  if (mayBeFlag && current.startsWith('-')) {
    return linesOf(current, [...flags].flatMap(([name, { meaning }]) =>
      line.flags.has(name) ? [] : [{ text: `--${name}`, meaning }]))
  }
  const names = linesOf(current, nextWords(words, commands))
  if (!command || line.words.length > words.length || line.words.length === 0)
    return names
  const index = words.length - command.name.split(' ').length
  const last = command.arguments.at(-1)
  const argument = command.arguments[index] ?? (last?.rest ? last : undefined)
  return [...names, ...await placeLines(argument?.completes, current, '', client)]
}

/** First words of commands, or second words behind a first one. */
function nextWords(words: readonly string[], commands: readonly Command[]): Candidate[] {
  const found = new Map<string, string>()
  for (const { name, summary } of commands) {
    const parts = name.split(' ')
    const next = parts[words.length]
    if (next === undefined || words.some((word, index) => word !== parts[index]))
      continue
    // A group such as `key` means what its commands mean together.
    const isGroup = parts.length > words.length + 1
    if (!found.has(next))
      found.set(next, isGroup ? `${name}, …` : summary)
  }
  return [...found].map(([text, meaning]) => ({ text, meaning }))
}

/** A list completes its last item. */
async function valueLines(
  flag: FlagSpec | undefined,
  value: string,
  before: string,
  client: CliClient,
): Promise<readonly string[]> {
  if (!flag || flag.placeholder === null)
    return []
  const item = flag.parse.isList ? value.slice(value.lastIndexOf(',') + 1) : value
  return await placeLines(flag.completes, item, before + value.slice(0, value.length - item.length), client)
}

async function placeLines(
  completes: Completes | undefined,
  current: string,
  before: string,
  client: CliClient,
): Promise<readonly string[]> {
  if (completes === 'file')
    return [fileLine]
  const texts = typeof completes === 'function' ? await namesFrom(completes, client) : completes ?? []
  return linesOf(current, texts.map(text => ({ text, meaning: '' }))).map(line => before + line)
}

/**
 * Nothing where nobody answers: what cannot be completed is typed, and an error would stand in the
 * middle of a command line. Only names that every shell takes as they are: a user may be called
 * `$(reboot)`.
 */
async function namesFrom(
  source: Exclude<Completes, readonly string[] | 'file'>,
  client: CliClient,
): Promise<readonly string[]> {
  try {
    return (await source(client)).filter(name => /^[\w.][\w.+,/@-]*$/.test(name))
  }
  catch {
    return []
  }
}

function linesOf(current: string, candidates: readonly Candidate[]): string[] {
  return candidates
    .filter(({ text }) => text.startsWith(current))
    .map(({ text, meaning }) => meaning === '' ? text : `${text}\t${meaning}`)
}
