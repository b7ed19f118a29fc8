import type { FlagSpec } from './arguments'
import type { Command } from './command'
import { exitCodes } from './failure'

type Heading = (text: string) => string

const exitTexts: readonly (readonly [number, string])[] = [
  [exitCodes.ok, 'done'],
  [exitCodes.error, 'error'],
  [exitCodes.notFound, 'not found, or a miss'],
  [exitCodes.unreachable, 'no server answers'],
  [exitCodes.refused, 'refused: the key is missing, invalid, or lacks permission'],
  [exitCodes.usage, 'wrong usage: a flag, an argument or a variable'],
]

/** The text of `larder --help`. */
export function generalHelp(
  commands: readonly Command[],
  globals: ReadonlyMap<string, FlagSpec>,
  heading: Heading,
): string {
  return [
    'larder – a local cache server that a developer can see into.',
    `${heading('Usage')}\n  larder [command] [arguments] [flags]`,
    `${heading('Try it')}\n  larder serve                              # in one terminal\n  larder set default greeting "Hello"       # in another\n  larder get default greeting`,
    `${heading('Commands')}\n${commandColumns(commands)}`,
    `${heading('Global flags')}\n${flagColumns(globals)}`,
    `${heading('Which server')}\n  The server of the data folder (--home). For another one, use --url and the variable LARDER_API_KEY.`,
    exits(heading),
    'larder <command> --help describes one command.',
  ].join('\n\n')
}

/** The text of `larder <group> --help`, where the group is no command by itself. */
export function groupHelp(
  group: string,
  commands: readonly Command[],
  globals: ReadonlyMap<string, FlagSpec>,
  heading: Heading,
): string {
  return [
    `${heading('Usage')}\n  larder ${group} <command> [arguments] [flags]`,
    `${heading('Commands')}\n${commandColumns(commands)}`,
    `${heading('Global flags')}\n${flagColumns(globals)}`,
    exits(heading),
    `larder ${group} <command> --help describes one command.`,
  ].join('\n\n')
}

/** The text of `larder <command> --help`. `others` are the commands of its group. */
export function commandHelp(
  command: Command,
  others: readonly Command[],
  globals: ReadonlyMap<string, FlagSpec>,
  heading: Heading,
): string {
  return [
    command.summary,
    `${heading('Usage')}\n  larder ${signature(command)}${command.flags.size > 0 ? ' [flags]' : ''}`,
    ...others.length > 0 ? [`${heading('Commands')}\n${commandColumns(others)}`] : [],
    `${heading('Example')}\n${command.examples.map(example => `  ${example}`).join('\n')}`,
    ...command.details,
    ...command.arguments.length > 0
      ? [`${heading('Arguments')}\n${columns(command.arguments.map(({ name, meaning }) => [`<${name}>`, meaning]))}`]
      : [],
    ...command.flags.size > 0 ? [`${heading('Flags')}\n${flagColumns(command.flags)}`] : [],
    `${heading('Global flags')}\n${flagColumns(globals)}`,
    exits(heading),
  ].join('\n\n')
}

function commandColumns(commands: readonly Command[]): string {
  return columns(commands.map(command => [signature(command), command.summary]))
}

function signature(command: Command): string {
  return [
    command.name,
    ...command.arguments.map(({ name, optional, rest }) => (optional ? `[${name}]` : `<${name}>`) + (rest ? ' …' : '')),
  ].join(' ')
}

function flagColumns(flags: ReadonlyMap<string, FlagSpec>): string {
  return columns([...flags].map(([name, { placeholder, meaning }]) =>
    [`--${name}${placeholder === null ? '' : ` ${placeholder}`}`, meaning]))
}

function exits(heading: Heading): string {
  return `${heading('Exit codes')}\n${columns(exitTexts.map(([code, text]) => [String(code), text]))}`
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
