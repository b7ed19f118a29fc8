import type { ErrorCode, FieldError } from '@shared/errors'
import { errorRegistry, LarderError } from '@shared/errors'

/**
 * Returns the error for a response that is not a success: the server's own error from problem+json
 * (RFC 9457 §3), or else `internal` with the status, for example if a proxy answered. Reads the
 * body.
 */
export async function errorFromResponse(response: Response): Promise<LarderError> {
  const problem = await readProblem(response)
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN)
  const options = {
    ...(Number.isFinite(retryAfter) && { retryAfter }),
    ...(problem?.errors && { errors: problem.errors }),
  }
  if (!problem) {
    return new LarderError(
      'internal',
      `The server answered ${response.status} ${response.statusText}`.trimEnd(),
      options,
    )
  }
  return new LarderError(problem.code, problem.detail, options)
}

async function readProblem(
  response: Response,
): Promise<{ code: ErrorCode, detail: string, errors: FieldError[] | undefined } | undefined> {
  const text = await response.text()
  const body = parseObject(text)
  if (!/^application\/problem\+json\b/i.test(response.headers.get('Content-Type') ?? ''))
    return body && readClassic(response.status, body)
  if (!body || typeof body.code !== 'string' || !Object.hasOwn(errorRegistry, body.code))
    return undefined
  const code = body.code as ErrorCode
  return {
    code,
    detail: typeof body.detail === 'string' ? body.detail : errorRegistry[code].title,
    errors: Array.isArray(body.errors) ? body.errors.filter(isFieldError) : undefined,
  }
}

/** Reads the error body of the classic face, which has no code: the status determines it. */
function readClassic(
  status: number,
  { message, detail }: Record<string, unknown>,
): { code: ErrorCode, detail: string, errors: undefined } | undefined {
  if (typeof message !== 'string')
    return undefined
  const code: ErrorCode = status === 503 ? 'cache-off' : status === 404 ? 'not-found' : 'bad-request'
  return { code, detail: typeof detail === 'string' ? detail : message, errors: undefined }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : undefined
  }
  catch {
    // Not JSON: the caller reports the status instead.
    return undefined
  }
}

function isFieldError(value: unknown): value is FieldError {
  return typeof value === 'object' && value !== null
    && 'field' in value && typeof value.field === 'string'
    && 'message' in value && typeof value.message === 'string'
}
