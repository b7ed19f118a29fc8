import type { FieldError, Problem } from '@shared/errors'

/** Exit codes of the process. Scripts rely on them, so their meaning never changes. */
export const exitCodes = {
  ok: 0,
  error: 1,
  notFound: 2,
  unreachable: 3,
  refused: 4,
  /** As in sysexits.h: the command was used wrongly. */
  usage: 64,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/**
 * Error of the command line as data (RFC 9457): the server's own problem, or one with a code that
 * exists only in the command line.
 */
export interface CliProblem {
  type: string
  title: string
  status?: number
  code: string
  detail: string
  errors?: FieldError[]
}

/** An expected end of a command, with the exit code and a sentence for the person. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly exitCode: ExitCode
  readonly problem: CliProblem

  constructor(exitCode: ExitCode, problem: CliProblem, cause?: unknown) {
    super(problem.detail, cause === undefined ? undefined : { cause })
    this.exitCode = exitCode
    this.problem = problem
  }
}

/** The command was used wrongly, or a variable has a bad value. */
export function usageFailure(detail: string): Failure {
  return new Failure(exitCodes.usage, { type: 'about:blank', title: 'Wrong usage', code: 'usage', detail })
}

/** No Larder answers there. */
export function unreachableFailure(detail: string, cause?: unknown): Failure {
  return new Failure(
    exitCodes.unreachable,
    { type: 'about:blank', title: 'Server not reachable', code: 'unreachable', detail },
    cause,
  )
}

/** Whoever answered does not speak as Larder does. */
export function strangerFailure(status: number): Failure {
  return new Failure(exitCodes.error, {
    type: 'about:blank',
    title: 'Not an answer of Larder',
    status,
    code: 'unknown',
    detail: `The server answered ${status}, but not as Larder does. Is there another server at this address, or one in between?`,
  })
}

/** Something on this machine (a file, an input) could not be used. */
export function localFailure(detail: string, cause?: unknown): Failure {
  return new Failure(exitCodes.error, { type: 'about:blank', title: 'Error', code: 'error', detail }, cause)
}

/** Something that the command needs does not exist. */
export function missingFailure(detail: string, code = 'not-found'): Failure {
  return new Failure(exitCodes.notFound, { type: 'about:blank', title: 'Not found', status: 404, code, detail })
}

/** The server's refusal, with the exit code for its status. */
export function answerFailure(problem: CliProblem & Pick<Problem, 'status'>): Failure {
  return new Failure(exitCodeOf(problem.status), problem)
}

function exitCodeOf(status: number): ExitCode {
  if (status === 404)
    return exitCodes.notFound
  return status === 401 || status === 403 ? exitCodes.refused : exitCodes.error
}
