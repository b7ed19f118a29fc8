import type { Clock, Stopwatch } from '../base/clock'
import type { Configuration } from '../base/configuration'
import type { LogReader } from '../base/log-reader'
import type { FlagSpec, Given } from './arguments'
import type { CliClient } from './client'
import type { Completes } from './completes'
import type { ExitCode } from './failure'
import type { Io } from './io'
import type { Output } from './output'
import type { Parser } from './values'
import { parseGiven } from './arguments'
import { usageFailure } from './failure'

interface Argument {
  name: string
  meaning: string
  optional?: boolean
  /** Takes all words that follow, too. Only the last argument may. */
  rest?: boolean
  /** What it may be; for completion. */
  completes?: Completes
}

/** Services that a command uses. */
export interface CommandContext {
  client: CliClient
  output: Output
  io: Io
  stopwatch: Stopwatch
  clock: Clock
  /** The log of a data folder. Rejects with an Error if it is not the person's own. */
  openLogs: (home: string) => Promise<LogReader>
  /** Starts the server and resolves with the exit code once it has stopped. */
  serve: (configuration: Configuration) => Promise<number>
  /** Everything that decides how a server starts. Throws Failure (usage). */
  configuration: () => Configuration
  /** The data folder that flags and environment name. Throws Failure (usage). */
  home: () => string
}

type Flags = Readonly<Record<string, FlagSpec>>
type FlagValues<F extends Flags> = { [K in keyof F]?: F[K] extends FlagSpec<infer T> ? T : never }

export interface Command {
  /** One or two words. */
  name: string
  summary: string
  /** Paragraphs of the help after the summary. */
  details: readonly string[]
  arguments: readonly Argument[]
  /** By flag, without dashes. */
  flags: ReadonlyMap<string, FlagSpec>
  /** Command lines that can be pasted. */
  examples: readonly string[]
  /** Throws Failure. Resolves with nothing on success. */
  run: (
    words: readonly string[],
    given: ReadonlyMap<string, Given>,
    context: CommandContext,
  ) => Promise<ExitCode | number | void>
}

interface CommandSpec<F extends Flags> extends Pick<Command, 'name' | 'summary' | 'examples'> {
  details?: readonly string[]
  arguments?: readonly Argument[]
  /** By name in camelCase, as `run` receives them; written `--kebab-case`. */
  flags?: F
  /** `words` are the arguments, in order; the required ones are always there. */
  run: (
    input: { words: readonly string[], flags: FlagValues<F> },
    context: CommandContext,
  ) => Promise<ExitCode | number | void>
}

/** Without `completes`, its values are those that `parse` knows, or files where it is for one. */
export function flag<T>(
  placeholder: string | null,
  meaning: string,
  parse: Parser<T>,
  completes: Completes | undefined = parse.choices,
): FlagSpec<T> {
  const isFile = placeholder === '<file>' || placeholder === '<folder>'
  const values = completes ?? (isFile ? 'file' : undefined)
  return { placeholder, meaning, parse, ...values && { completes: values } }
}

/** Defines a command whose `run` receives its flags parsed and typed. */
export function defineCommand<F extends Flags = Record<never, never>>(spec: CommandSpec<F>): Command {
  const positions = spec.arguments ?? []
  const flags = Object.entries(spec.flags ?? {})
  return {
    name: spec.name,
    summary: spec.summary,
    examples: spec.examples,
    details: spec.details ?? [],
    arguments: positions,
    flags: new Map(flags.map(([name, flag]) => [toKebab(name), flag])),
    async run(words, given, context) {
      const missing = positions.find((position, index) => !position.optional && words[index] === undefined)
      if (missing)
        throw usageFailure(`${spec.name} needs <${missing.name}>: ${missing.meaning}`)
      if (words.length > positions.length && !positions.at(-1)?.rest)
        throw usageFailure(`${spec.name}: unexpected argument ${words[positions.length]}`)
      const values = flags.flatMap(([name, flag]) => {
        const found = given.get(toKebab(name))
        return found ? [[name, parseGiven(found, flag.parse)] as const] : []
      })
      // TypeScript checked the flags against F, but Object.fromEntries loses that type.
      return await spec.run({ words, flags: Object.fromEntries(values) as FlagValues<F> }, context)
    },
  }
}

export function toKebab(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
}
