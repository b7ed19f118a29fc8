import type { OperationInput, OperationName, OperationOutput } from '@shared/operations'
import type { Connection } from './connection'
import type { CliProblem, Failure } from './failure'
import type { HttpAnswer } from './transport'
import { operations } from '@shared/operations'
import { encodeSegment, requestOf } from '@shared/request-of'
import { answerFailure, localFailure } from './failure'
import { callServer } from './transport'

interface EntryRequest {
  method: 'GET' | 'PUT' | 'DELETE'
  cache: string
  key: string
  headers?: Readonly<Record<string, string>>
  body?: Buffer
}

/**
 * The running server, as the commands see it. Every call throws Failure: unreachable, or the
 * server's own problem.
 */
export interface CliClient {
  /** Runs a row of the operation table and checks the answer by its schema. */
  call: <N extends OperationName>(name: N, input: OperationInput<N>) => Promise<OperationOutput<N>>
  /** The same, but hands the answer out as it came; undefined where there is no body. */
  callRaw: <N extends OperationName>(name: N, input: OperationInput<N>) => Promise<unknown>
  /** The native face: one entry, bytes in and out. */
  entry: (request: EntryRequest) => Promise<HttpAnswer>
}

/** `connect` is asked for each call, so that a server may still come up while we wait for it. */
export function createCliClient(connect: () => Connection): CliClient {
  async function callRaw<N extends OperationName>(name: N, input: OperationInput<N>): Promise<unknown> {
    const { method, path, query, body } = requestOf(name, input)
    const answer = await callServer(connect(), body === undefined
      ? { method, target: path + query }
      : { method, target: path + query, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) })
    if (answer.status < 200 || answer.status > 299)
      throw failureOf(answer)
    return valueOf(answer)
  }

  return {
    callRaw,
    async call(name, input) {
      const { success, data, error } = operations[name].output.safeParse(await callRaw(name, input))
      if (!success) {
        throw localFailure(
          `This version of larder does not understand the answer to ${name}. Does the server run another version?`,
          error,
        )
      }
      return data as OperationOutput<typeof name>
    },
    async entry({ method, cache, key, headers, body }) {
      const target = `/api/caches/${encodeSegment('cache', cache)}/entries/${encodeSegment('key', key)}`
      const answer = await callServer(connect(), {
        method,
        target,
        // A read that counts as a hit stands in the request log as well.
        headers: { 'larder-as': 'app', ...headers },
        ...body && { body },
      })
      if (answer.status < 200 || answer.status > 299)
        throw failureOf(answer)
      return answer
    },
  }
}

function valueOf({ headers, body }: HttpAnswer): unknown {
  if (body.length === 0)
    return undefined
  const text = body.toString('utf8')
  return isJson(headers['content-type']) ? parseJson(text) : text
}

function failureOf({ status, headers, body }: HttpAnswer): Failure {
  const { type, title, code, detail, errors } = readProblem(headers['content-type'], body)
  const miss = /;\s*fwd=miss\s*;\s*detail=([\w-]+)/.exec(String(headers['cache-status'] ?? ''))?.[1]
  const problem: CliProblem & { status: number } = {
    type: typeof type === 'string' ? type : 'about:blank',
    title: typeof title === 'string' ? title : `HTTP ${status}`,
    status,
    code: typeof code === 'string' ? code : 'unknown',
    detail: typeof detail === 'string'
      ? detail
      : `The server answered ${status} without a reason. Is it a Larder server?`,
  }
  if (Array.isArray(errors))
    problem.errors = errors as CliProblem['errors'] & object
  if (miss !== undefined)
    problem.detail = `miss: ${miss}`
  // The server speaks of headers, which nobody writes on a command line.
  if (problem.code === 'key-missing')
    problem.detail = 'This server asks for an API key. Set the variable LARDER_API_KEY.'
  return answerFailure(problem)
}

/**
 * Whatever members the body has; none when it is no problem, as from something else than a Larder.
 */
function readProblem(type: string | undefined, body: Buffer): Partial<Record<keyof CliProblem, unknown>> {
  try {
    const value: unknown = isJson(type) ? JSON.parse(body.toString('utf8')) : undefined
    return typeof value === 'object' && value !== null ? value : {}
  }
  catch {
    // The status alone is told then; that the body was broken as well would help nobody.
    return {}
  }
}

/** `application/json` and everything with the suffix (RFC 6839 §3.1). */
function isJson(type: string | undefined): boolean {
  return /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type ?? '')
}

/** Throws Failure when the server said JSON and sent something else. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  }
  catch (error) {
    throw localFailure('The server sent invalid JSON. Is it a Larder server?', error)
  }
}
