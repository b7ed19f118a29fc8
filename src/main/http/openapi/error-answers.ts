import type { ErrorCode, Problem } from '@shared/errors'
import type { Example, Header, JsonSchema, MediaType, Reference, ResponseObject } from './types'
import { STATUS_CODES } from 'node:http'
import { errorRegistry, invalidField, LarderError } from '@shared/errors'
import { classicError, classicStatus } from '../classic-errors'
import { errorExamples } from './error-examples'

/** One kind of failure, in the form of its face. */
interface Failure { name: string, example: Example | Reference }
type FailureWithStatus = Failure & { status: number }

const retryStatuses = new Set([429, 503])

/** Components that the error answers refer to. */
export const errorComponents = {
  schemas: {
    Problem: problemSchema(),
    ClassicError: classicErrorSchema(),
  } satisfies Record<string, JsonSchema>,
  headers: {
    'Retry-After': { description: 'Seconds after which a retry may succeed.', schema: { type: 'integer', minimum: 0 } },
    'WWW-Authenticate': { description: 'How to authenticate (RFC 9110 §11.6.1).', schema: { type: 'string' } },
  } satisfies Record<string, Header>,
  responses: Object.fromEntries(errorCodes().map(code =>
    [code, problemAnswer(errorRegistry[code].status, [code])])) satisfies Record<string, ResponseObject>,
  examples: Object.fromEntries(errorCodes().map(code =>
    [code, { summary: errorRegistry[code].title, value: exampleProblem(code) }])) satisfies Record<string, Example>,
}

/**
 * Answers with problem+json (RFC 9457), by status. If a status has a single code, it refers to the
 * component of that code.
 */
export function problemAnswers(codes: Iterable<ErrorCode>): Record<string, ResponseObject | Reference> {
  const answers: Record<string, ResponseObject | Reference> = {}
  for (const [status, group] of Map.groupBy(new Set(codes), code => errorRegistry[code].status)) {
    const [only] = group
    answers[status] = group.length === 1 && only !== undefined
      ? { $ref: `#/components/responses/${only}` }
      : problemAnswer(status, group)
  }
  return answers
}

function problemAnswer(status: number, codes: readonly ErrorCode[]): ResponseObject {
  const failures = codes.map((code): Failure => ({ name: code, example: { $ref: `#/components/examples/${code}` } }))
  return answerOf(status, failures, 'application/problem+json', { $ref: '#/components/schemas/Problem' })
}

/** Answers of the text key-value face: one line of text, by status. */
export function textAnswers(codes: Iterable<ErrorCode>): Record<string, ResponseObject> {
  const failures = [...new Set(codes)].map((code): FailureWithStatus =>
    ({
      status: errorRegistry[code].status,
      name: code,
      example: {
        summary: errorRegistry[code].title,
        value: code === 'entry-not-found' ? 'given key not found\n' : `${errorExamples[code]}\n`,
      },
    }))
  return byStatus(failures, 'text/plain', { type: 'string' })
}

/** Wall-clock milliseconds in every example. */
const exampleTime = Date.UTC(2026, 10, 21, 4, 36, 18, 10)

/**
 * Answers of the classic face, by status. `refusals` are the messages with which it answers 400 to
 * a wrong request.
 */
export function classicAnswers(
  path: string,
  codes: Iterable<ErrorCode>,
  refusals: readonly string[],
): Record<string, ResponseObject> {
  const failures = [...new Set(codes)].map((code): FailureWithStatus =>
    ({
      status: classicStatus(code),
      name: code,
      example: {
        summary: errorRegistry[code].title,
        value: classicError(code, errorExamples[code], path, exampleTime),
      },
    }))
  const refused = refusals.map((message): FailureWithStatus =>
    ({
      status: 400,
      name: message.toLowerCase().replaceAll(/[^a-z]+/g, '-').replace(/-$/, ''),
      example: { summary: message, value: classicError('bad-request', message, path, exampleTime) },
    }))
  return byStatus([...failures, ...refused], 'application/json', { $ref: '#/components/schemas/ClassicError' })
}

function byStatus(
  failures: readonly FailureWithStatus[],
  media: string,
  schema: JsonSchema,
): Record<string, ResponseObject> {
  const groups = Map.groupBy(failures, failure => failure.status)
  return Object.fromEntries([...groups].map(([status, group]) => [status, answerOf(status, group, media, schema)]))
}

function answerOf(status: number, failures: readonly Failure[], media: string, schema: JsonSchema): ResponseObject {
  const content: MediaType = {
    schema,
    examples: Object.fromEntries(failures.map(({ name, example }) => [name, example])),
  }
  return { description: STATUS_CODES[status] ?? 'Error', ...errorHeaders(status), content: { [media]: content } }
}

function errorHeaders(status: number): Pick<ResponseObject, 'headers'> {
  if (retryStatuses.has(status))
    return { headers: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } } }
  if (status === 401)
    return { headers: { 'WWW-Authenticate': { $ref: '#/components/headers/WWW-Authenticate' } } }
  return {}
}

function errorCodes(): ErrorCode[] {
  return Object.keys(errorRegistry) as ErrorCode[]
}

/** Built through LarderError, so that an example has the same members as a real answer. */
function exampleProblem(code: ErrorCode): Problem {
  const detail = errorExamples[code]
  const [field, message] = detail.split(': ', 2)
  if (code === 'invalid-input' && field !== undefined && message !== undefined)
    return invalidField(field, message).toProblem()
  return new LarderError(code, detail).toProblem()
}

function problemSchema(): JsonSchema {
  return {
    type: 'object',
    description: 'An error (RFC 9457). `code` is stable and never renamed.',
    required: ['type', 'title', 'status', 'code', 'detail'],
    properties: {
      type: { type: 'string', format: 'uri-reference', description: 'Where this error is described.' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { type: 'string', enum: errorCodes() },
      detail: { type: 'string', description: 'What happened, for people.' },
      errors: {
        type: 'array',
        description: 'The rejected fields.',
        items: {
          type: 'object',
          required: ['field', 'message'],
          properties: {
            field: { type: 'string', description: 'Dotted path of the field.' },
            message: { type: 'string' },
          },
        },
      },
    },
  }
}

function classicErrorSchema(): JsonSchema {
  return {
    type: 'object',
    description: 'An error of the classic API.',
    required: ['error', 'message', 'path', 'status', 'timestamp'],
    properties: {
      error: { type: 'string', description: 'Status and its phrase.' },
      message: { type: 'string' },
      path: { type: 'string' },
      status: { type: 'integer' },
      timestamp: { type: 'string', description: 'UTC, to the microsecond.' },
      detail: { type: 'string', description: 'For an unknown cache.' },
    },
  }
}
