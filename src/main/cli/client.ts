import type { OperationInput, OperationName, OperationOutput } from '@shared/operations'
import type { Readable } from 'node:stream'
import type { Connection } from './connection'
import type { CliProblem, Failure } from './failure'
import type { HttpAnswer, HttpQuestion } from './transport'
import { entryPath } from '@shared/data-request'
import { operations } from '@shared/operations'
import { requestOf } from '@shared/request-of'
import { answerFailure, localFailure, strangerFailure } from './failure'
import { callServer, openAnswer, wholeAnswer } from './transport'

interface EntryRequest {
  method: 'GET' | 'PUT' | 'DELETE'
  cache: string
  key: string
  /** Reads without a trace. */
  peek?: boolean | undefined
  headers?: Readonly<Record<string, string>>
  body?: Buffer
}

/**
 * The running server from the view of the commands. Every call throws Failure: unreachable, or the
 * server's own problem.
 */
export interface CliClient {
  /** Runs a row of the operation table and checks the answer by its schema. */
  call: <N extends OperationName>(name: N, input: OperationInput<N>) => Promise<OperationOutput<N>>
  /** Like `call`, but returns the answer unchecked; undefined if it has no body. */
  callRaw: <N extends OperationName>(name: N, input: OperationInput<N>) => Promise<unknown>
  /** The native face: one entry, bytes in and out. */
  entry: (request: EntryRequest) => Promise<HttpAnswer>
  /** Any request whose answer is a success. */
  ask: (question: HttpQuestion) => Promise<HttpAnswer>
  /**
   * The body of a success as it comes, until the signal aborts. What breaks it off is an error of
   * the stream, not a Failure.
   */
  follow: (target: string, signal: AbortSignal) => Promise<Readable>
}

/**
 * `connect` is asked for each call, so that a server may still come up while we wait for it. When
 * the signal aborts, every call fails.
 */
export function createCliClient(connect: () => Connection, signal?: AbortSignal): CliClient {
  async function ask(question: HttpQuestion): Promise<HttpAnswer> {
    const answer = await callServer(connect(), question, signal)
    if (!isSuccess(answer.status))
      throw failureOf(answer)
    return answer
  }

  async function callRaw<N extends OperationName>(name: N, input: OperationInput<N>): Promise<unknown> {
    const { method, path, query, body } = requestOf(name, input)
    return valueOf(await ask(body === undefined
      ? { method, target: path + query }
      : { method, target: path + query, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) }))
  }

  return {
    ask,
    callRaw,
    async call(name, input) {
      const { success, data, error } = operations[name].output.safeParse(await callRaw(name, input))
      if (!success)
        throw strangeAnswer(name, error)
      return data as OperationOutput<typeof name>
    },
    async entry({ cache, key, peek = false, headers, ...question }) {
      // A read that counts as a hit is in the request log as well.
      const target = `${entryPath(cache, key)}${peek ? '?peek=1' : ''}`
      const answer = await ask({ ...question, headers: { 'larder-as': 'app', ...headers }, target })
      // Many servers answer any path with a page; nobody should take that for a value.
      if (question.method === 'GET' && !/^Larder\b/.test(String(answer.headers['cache-status'] ?? '')))
        throw strangerFailure(answer.status)
      return answer
    },
    async follow(target, stopped) {
      const connection = connect()
      const response = await openAnswer(connection, { method: 'GET', target }, stopped)
      if (!isSuccess(response.statusCode ?? 0))
        throw failureOf(await wholeAnswer(connection, response))
      return response
    },
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299
}

/** Failure for an answer that is not what its schema says. */
export function strangeAnswer(name: string, cause: unknown): Failure {
  return localFailure(
    `This version of larder does not understand the answer to ${name}. Does the server run another version?`,
    cause,
  )
}

/** What an answer carries: JSON, or text; undefined where there is no body. */
export function valueOf({ headers, body }: HttpAnswer): unknown {
  const type = headers['content-type']
  if (body.length === 0 && (type === undefined || isJson(type)))
    return undefined
  const text = body.toString('utf8')
  return isJson(type) ? parseJson(text) : text
}

/**
 * The server's refusal. An answer without a code of Larder's says nothing about keys and entries,
 * whatever its status: it must not pass for a miss.
 */
function failureOf({ status, headers, body }: HttpAnswer): Failure {
  const { type, title, code, detail, errors } = readProblem(headers['content-type'], body)
  if (typeof code !== 'string')
    return strangerFailure(status)
  const miss = /;\s*fwd=miss\s*;\s*detail=([\w-]+)/.exec(String(headers['cache-status'] ?? ''))?.[1]
  const problem: CliProblem & { status: number } = {
    type: typeof type === 'string' ? type : 'about:blank',
    title: typeof title === 'string' ? title : `HTTP ${status}`,
    status,
    code,
    detail: typeof detail === 'string' ? detail : `The server answered ${status} without a reason.`,
  }
  if (Array.isArray(errors))
    problem.errors = errors as CliProblem['errors'] & object
  if (miss !== undefined)
    problem.detail = `miss: ${miss}`
  // The server's message mentions headers, which nobody writes on a command line.
  if (problem.code === 'key-missing')
    problem.detail = 'This server asks for an API key. Set the variable LARDER_API_KEY.'
  return answerFailure(problem)
}

/**
 * Members of the body; empty if the body is not a problem, for example if the server is not Larder.
 */
function readProblem(type: string | undefined, body: Buffer): Partial<Record<keyof CliProblem, unknown>> {
  try {
    const value: unknown = isJson(type) ? JSON.parse(body.toString('utf8')) : undefined
    return typeof value === 'object' && value !== null ? value : {}
  }
  catch {
    // Only the status is reported then, because it helps nobody to know that the body was broken.
    return {}
  }
}

/** `application/json` and every type with the suffix `+json` (RFC 6839 §3.1). */
function isJson(type: string | undefined): boolean {
  return /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type ?? '')
}

/** Throws Failure if the server declared JSON but sent something else. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  }
  catch (error) {
    throw localFailure('The server sent invalid JSON. Is it a Larder server?', error)
  }
}
