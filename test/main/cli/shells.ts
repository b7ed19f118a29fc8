import type { ProgramCheck } from '../../helpers/programs'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { findProgram, requireProgram } from '../../helpers/programs'

/** A command line that stands before the cursor, as words; the last may be half of one. */
export type Line = readonly string[]

interface Shell {
  program: ProgramCheck
  /** Runs this file without the person's own settings. */
  argv: (file: string) => string[]
  /** Text that defines a program `larder`, which answers by the file of line `n`. */
  larder: string
  /** Text that writes to the file `out` what the shell offers for a line. */
  offer: (line: Line, out: string) => string
}

const quote = (word: string): string => `'${word.replaceAll('\'', '\'\\\'\'')}'`
const quoted = (words: Line): string => words.map(quote).join(' ')
/** The arguments that the script passes are kept, to be looked at. */
const posix = 'larder() { printf "%s\\n" "$@" >"args.$n"; cat "answer.$n"; }'

/** Bash takes words apart at these (COMP_WORDBREAKS). */
function bashWords(line: Line): string[] {
  return line.flatMap(word => word.split(/([=:]+)/).filter((part, _, all) => part !== '' || all.length === 1))
}

export const shells: Readonly<Record<string, Shell>> = {
  bash: {
    program: requireProgram('bash', 'bash'),
    argv: file => ['--norc', '--noprofile', file],
    larder: posix,
    offer: (line, out) => `COMP_WORDS=(larder ${quoted(bashWords(line))})
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_larder
((\${#COMPREPLY[@]})) && printf '%s\\n' "\${COMPREPLY[@]}" >${quote(out)}`,
  },
  zsh: {
    program: findProgram('zsh', 'zsh'),
    argv: file => ['-f', file],
    // The completion system itself needs a terminal; these stand for its builtins.
    larder: `${posix}
compdef() { :; }
compset() { PREFIX=\${PREFIX#\${~2}}; }
_files() { printf '%s\\n' \${PREFIX}*(N) >"out.$n"; }
_describe() { printf '%s\\n' \${(P)2} | sed 's/\\([^\\\\]\\):.*/\\1/; s/\\\\:/:/g' >"out.$n"; }`,
    offer: line => `words=(larder ${quoted(line)}); CURRENT=$#words; PREFIX=\${words[-1]}
_larder`,
  },
  fish: {
    program: findProgram('fish', 'fish'),
    argv: file => ['--no-config', file],
    larder: `function larder
  printf '%s\\n' $argv >args.$n
  cat answer.$n
end`,
    offer: (line, out) => `complete -C ${quote(`larder ${line.join(' ')}`)} | string split -f1 \\t >${quote(out)}`,
  },
}

interface Offered { args: string[], candidates: string[] }

/**
 * What a shell offers for each of the lines by this script, where `larder` answers as given; and
 * what it was asked.
 */
export async function offersOf(
  name: string,
  script: string,
  lines: readonly Line[],
  answers: readonly string[],
  folder: string,
): Promise<Offered[]> {
  const shell = shells[name]
  if (!shell?.program.available)
    throw new Error(`There is no ${name}`)
  mkdirSync(folder, { recursive: true })
  const read = (file: string): string[] => readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1)
  const set = (n: number): string => name === 'fish' ? `set -g n ${n}` : `n=${n}`
  const steps = lines.map((line, n) => {
    writeFileSync(join(folder, `answer.${n}`), answers[n] ?? '')
    writeFileSync(join(folder, `out.${n}`), '')
    return `${set(n)}\n${shell.offer(line, `out.${n}`)}`
  })
  writeFileSync(join(folder, 'driver'), [shell.larder, script, ...steps, 'exit 0'].join('\n'))
  const { stderr } = await promisify(execFile)(shell.program.path, shell.argv('driver'), {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH },
  })
  if (stderr !== '')
    throw new Error(`${name}: ${stderr}`)
  return lines.map((_, n) => ({ args: read(`args.${n}`), candidates: read(`out.${n}`) }))
}
