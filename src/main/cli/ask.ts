import type { Failure } from './failure'
import type { Io } from './io'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { localFailure, usageFailure } from './failure'
import { escapeText } from './terminal'

/** Answers and questions go past the results: both are for the person at the terminal. */
type Terminal = Pick<Io, 'stdin' | 'stderr'>

/** Whether a person sits there who can be asked. */
export function isAtTerminal({ stdin }: Terminal): boolean {
  return stdin.isTTY === true
}

/**
 * A line that the person types after the question; hidden ones are not shown. Throws Failure
 * (error) at Ctrl-C and at the end of the input.
 */
async function ask({ stdin, stderr }: Terminal, question: string, hidden = false): Promise<string> {
  stderr.write(escapeText(question))
  // readline draws what is typed; into nothing, where nobody shall see it.
  const echo = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : stderr
  const lines = createInterface({ input: stdin, output: echo, terminal: true, historySize: 0 })
  try {
    return await new Promise((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('SIGINT', () => lines.close())
      lines.once('close', () => {
        // The cursor still stands behind the question.
        if (!hidden)
          stderr.write('\n')
        reject(localFailure('Nothing was changed.'))
      })
    })
  }
  finally {
    lines.removeAllListeners('close').close()
    if (hidden)
      stderr.write('\n')
  }
}

/** Throws Failure (error) unless the person says yes. */
export async function confirm(terminal: Terminal, question: string): Promise<void> {
  const answer = await ask(terminal, `${question} [y/N] `)
  if (!/^y(?:es)?$/i.test(answer.trim()))
    throw localFailure('Nothing was changed.')
}

/**
 * A new password: typed twice at a terminal, else the first line of standard input. No flag takes
 * one, as every user of the machine can read the arguments of programs.
 */
export async function newPassword(terminal: Terminal, name: string): Promise<string> {
  if (!isAtTerminal(terminal))
    return await firstLine(terminal)
  const password = await ask(terminal, `New password for ${name}: `, true)
  if (await ask(terminal, 'The same again: ', true) !== password)
    throw usageFailure('the passwords differ; nothing was changed')
  return password
}

/**
 * Secrets that exist already: typed once at a terminal, one after the other, else the lines of
 * standard input.
 */
export async function askSecrets(terminal: Terminal, names: readonly string[]): Promise<string[]> {
  const secrets: string[] = []
  const lines = isAtTerminal(terminal) || names.length === 0 ? [] : await allLines(terminal)
  for (const [index, name] of names.entries()) {
    const secret = isAtTerminal(terminal) ? await ask(terminal, `${name}: `, true) : lines[index] ?? ''
    if (secret === '')
      throw missing(`the ${name.toLowerCase()}`)
    secrets.push(secret)
  }
  return secrets
}

async function firstLine(terminal: Terminal): Promise<string> {
  const [line = ''] = await allLines(terminal)
  if (line === '')
    throw missing('the password')
  return line
}

async function allLines({ stdin }: Terminal): Promise<string[]> {
  const chunks = await stdin.toArray() as (Buffer | string)[]
  return Buffer.concat(chunks.map(chunk => Buffer.from(chunk as string))).toString('utf8').split(/\r?\n/)
}

function missing(what: string): Failure {
  return usageFailure(`${what} is missing: type it at a terminal, or send it through standard input`)
}
