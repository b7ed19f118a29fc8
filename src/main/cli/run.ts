import type { Clock, Stopwatch } from '../base/clock'
import type { Configuration } from '../base/configuration'
import type { FlagSpec, Given } from './arguments'
import type { Command, CommandContext } from './command'
import type { Connection } from './connection'
import type { ExitCode } from './failure'
import type { Io } from './io'
import type { Output } from './output'
import { Writable } from 'node:stream'
import { LarderError, messageOf } from '@shared/errors'
import { systemClock, systemStopwatch } from '../base/clock'
import { defaultHome } from '../base/default-home'
import { parseGiven, readArguments } from './arguments'
import { createCliClient } from './client'
import { flag } from './command'
import { commands } from './commands/index'
import { complete, completeWord, readUnfinished } from './complete'
import { createLookup, createServerLookup, homeOf, readOption, resolveConfiguration } from './configuration'
import { findConnection } from './connection'
import { exitCodes, Failure, localFailure, usageFailure } from './failure'
import { commandHelp, generalHelp, groupHelp } from './help'
import { options } from './options'
import { createOutput, ReaderGone } from './output'
import { suggestion } from './suggest'
import { baseUrl, boolean } from './values'

interface RunServices extends Pick<CommandContext, 'openLogs'> {
  /** Runs the server until it is told to stop; resolves with the exit code. */
  serve: (configuration: Configuration) => Promise<number>
  version: string
  stopwatch?: Stopwatch
  clock?: Clock
}

const globals = {
  json: flag(null, 'Results and errors as JSON.', boolean),
  url: flag('<address>', 'The server to talk to, such as http://localhost:7777.', baseUrl),
  home: flag(options.home.placeholder, `${options.home.meaning} [${options.home.variable}]`, options.home.parse),
  help: flag(null, 'This help.', boolean),
  version: flag(null, 'The version of larder.', boolean),
}
const globalFlags: ReadonlyMap<string, FlagSpec> = new Map(Object.entries(globals))
const allFlags: ReadonlyMap<string, FlagSpec> = new Map([
  ...commands.flatMap(command => [...command.flags]),
  ...globalFlags,
])

/**
 * The command line: `argv` without the program's own name. Resolves with the exit code once all
 * output has been handed over; never throws for mistakes of a person or a server. Without a command
 * it serves.
 */
export async function run(argv: readonly string[], io: Io, services: RunServices): Promise<number> {
  const output = createOutput(io, wantsJson(argv))
  try {
    return await dispatch(argv, io, services, output)
  }
  catch (error) {
    return await report(error, output)
  }
}

async function dispatch(argv: readonly string[], io: Io, services: RunServices, output: Output): Promise<number> {
  if (argv[0] === completeWord)
    return await completeLine(argv.slice(1), io, services, output)
  const { words, flags } = readArguments(argv, allFlags, namesFor)
  if (flags.has('version')) {
    await output.text(services.version)
    return exitCodes.ok
  }
  const wantsHelp = flags.has('help') || words[0] === 'help'
  const named = words[0] === 'help' ? words.slice(1) : words
  if (wantsHelp && named.length === 0) {
    await output.text(generalHelp(commands, globalFlags, output.heading))
    return exitCodes.ok
  }
  const [first = ''] = named
  const group = groupOf(first)
  // A group such as `key`, which is no command by itself.
  if (wantsHelp && named.length === 1 && group.length > 0 && !lookUp(named)) {
    await output.text(groupHelp(first, group, globalFlags, output.heading))
    return exitCodes.ok
  }
  const { command, rest } = findCommand(named)
  if (wantsHelp) {
    const others = command.name === first ? group.filter(each => each !== command) : []
    await output.text(commandHelp(command, others, globalFlags, output.heading))
    return exitCodes.ok
  }
  checkFlags(command, flags)
  return await command.run(rest, flags, createContext(flags, io, services, output)) ?? exitCodes.ok
}

/** Milliseconds that a Tab waits for names which the server has. */
const completionTime = 700

/** Prints what may come next in a command line. Never says a word to stderr. */
async function completeLine(
  words: readonly string[],
  io: Io,
  services: RunServices,
  output: Output,
): Promise<ExitCode> {
  const line = readUnfinished(words, allFlags)
  const flags = new Map([...line.flags].map(([name, text]) => [name, { text, written: `--${name}` }]))
  const quiet = { ...io, stderr: new Writable({ write: (_chunk, _encoding, done) => done() }) }
  const { client } = createContext(flags, quiet, services, output, AbortSignal.timeout(completionTime))
  const lines = await complete(line, commands, globalFlags, client)
  if (lines.length > 0)
    await output.text(lines.join('\n'))
  return exitCodes.ok
}

/** Finds the longest command that the first words name. Throws Failure (usage). */
function findCommand(words: readonly string[]): { command: Command, rest: readonly string[] } {
  const [first = 'serve', second] = words
  const found = lookUp(words)
  if (found)
    return found
  const group = groupOf(first)
  if (group.length > 0 && second === undefined) {
    throw usageFailure(
      `${first} needs one of: ${group.map(command => command.name.slice(first.length + 1)).join(', ')}`,
    )
  }
  const written = group.length > 0 ? `${first} ${second}` : first
  throw usageFailure(
    `unknown command ${written}${suggestion(written, commands.map(command => command.name))}; larder --help lists them`,
  )
}

function lookUp(words: readonly string[]): { command: Command, rest: readonly string[] } | undefined {
  const [first = 'serve', second] = words
  for (const length of [2, 1]) {
    const name = length === 1 ? first : `${first} ${second}`
    const command = commands.find(candidate => candidate.name === name)
    // A group such as `caches` takes no arguments, so another word must be a mistyped command.
    if (command
      && !(length === 1 && second !== undefined && command.arguments.length === 0 && groupOf(first).length > 1)) {
      return { command, rest: words.slice(length) }
    }
  }
  return undefined
}

/** Names of the flags that the command takes; of all, if these words name none. */
function namesFor(words: readonly string[]): Iterable<string> {
  const found = lookUp(words[0] === 'help' ? words.slice(1) : words)
  return found ? [...found.command.flags.keys(), ...globalFlags.keys()] : allFlags.keys()
}

function groupOf(word: string): readonly Command[] {
  return commands.filter(command => command.name.split(' ')[0] === word)
}

function checkFlags(command: Command, flags: ReadonlyMap<string, Given>): void {
  for (const [name, { written }] of flags) {
    if (!command.flags.has(name) && !globalFlags.has(name)) {
      throw usageFailure(
        `${command.name} has no flag ${written}${suggestion(name, command.flags.keys(), found => `--${found}`)}; larder ${command.name} --help lists them`,
      )
    }
  }
}

function createContext(
  flags: ReadonlyMap<string, Given>,
  io: Io,
  { serve, openLogs, stopwatch = systemStopwatch, clock = systemClock }: RunServices,
  output: Output,
  signal?: AbortSignal,
): CommandContext {
  const warn = (line: string): void => void io.stderr.write(`larder: ${line}\n`)
  const sources = { ...io, defaultHome: defaultHome(io.platform, io.env, io.userFolder), warn }
  const find = createLookup(flags, sources)
  const home = (): string => homeOf(find, sources)
  const url = flags.get('url')
  function connect(): Connection {
    return findConnection({
      url: url && parseGiven(url, globals.url.parse),
      apiKey: readOption(options.apiKey, find),
      defaultUrl: new URL(`http://localhost:${readOption(options.port, find) ?? options.port.default}`),
      home: home(),
      homeNamed: find(options.home) !== undefined,
      readPrivateFile: io.readPrivateFile,
    })
  }
  return {
    client: createCliClient(connect, signal),
    output,
    io,
    stopwatch,
    clock,
    home,
    openLogs,
    serve,
    configuration: () => resolveConfiguration(createServerLookup(flags, sources), sources),
  }
}

async function report(error: unknown, output: Output): Promise<number> {
  // The reader of our results has seen enough; like other tools, we end without a word.
  if (error instanceof ReaderGone)
    return exitCodes.ok
  const failure = failureOf(error)
  try {
    await output.failure(failure)
  }
  catch (unwritable) {
    if (!(unwritable instanceof ReaderGone))
      throw unwritable
  }
  return failure.exitCode
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure)
    return error
  // Thrown on this side of the connection, for an input that could not even be sent.
  if (error instanceof LarderError)
    return new Failure(exitCodes.usage, error.toProblem(), error)
  return localFailure(`unexpected: ${messageOf(error)}`, error)
}

/** Checked before the arguments are parsed, so that mistakes in them are reported in JSON too. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? argv.length : end).some(argument => /^--json(?:=(?:1|true|yes|on))?$/i.test(argument))
}
