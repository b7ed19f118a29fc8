/**
 * All errors that Larder can return: stable code → HTTP status and title.
 *
 * A code is part of the public interface: it is never renamed. The same registry is used for
 * problem+json (RFC 9457) over HTTP, for the IPC format and for the exit messages of the command
 * line.
 */
export const errorRegistry = {
  'bad-request': { status: 400, title: 'Bad request' },
  'bad-host': { status: 400, title: 'Bad Host header' },
  'bad-encoding': { status: 400, title: 'Bad percent-encoding' },
  'invalid-input': { status: 400, title: 'Invalid input' },
  'malformed-json': { status: 400, title: 'Malformed JSON' },
  'key-too-long': { status: 400, title: 'Entry key too long' },
  'key-missing': { status: 401, title: 'API key missing' },
  'key-invalid': { status: 401, title: 'API key not valid' },
  'sign-in-failed': { status: 401, title: 'Sign-in failed' },
  'cross-origin': { status: 403, title: 'Cross-origin request refused' },
  'out-of-scope': { status: 403, title: 'Outside the key\'s scope' },
  'admin-only': { status: 403, title: 'Administrators only' },
  'registration-closed': { status: 403, title: 'Registration is closed' },
  'not-found': { status: 404, title: 'Not found' },
  'cache-not-found': { status: 404, title: 'Cache not found' },
  'entry-not-found': { status: 404, title: 'Entry not found' },
  'key-not-found': { status: 404, title: 'API key not found' },
  'user-not-found': { status: 404, title: 'User not found' },
  'connection-not-found': { status: 404, title: 'Connection not found' },
  'job-not-found': { status: 404, title: 'Job not found' },
  'client-not-found': { status: 404, title: 'Client not found' },
  'snapshot-not-found': { status: 404, title: 'Snapshot not found' },
  'import-not-found': { status: 404, title: 'Import not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'not-acceptable': { status: 406, title: 'Not acceptable' },
  'wait-timeout': { status: 408, title: 'Waited in vain' },
  'name-taken': { status: 409, title: 'Name already taken' },
  'not-json': { status: 409, title: 'Value is not JSON' },
  'wrong-kind': { status: 409, title: 'Entry of another kind' },
  'not-a-number': { status: 409, title: 'Value is not a whole number' },
  'batch-aborted': { status: 409, title: 'Batch aborted' },
  'secret-unavailable': { status: 409, title: 'Secret not available' },
  'protected': { status: 409, title: 'Protected' },
  'connection-in-use': { status: 409, title: 'Connection in use' },
  'lease-held': { status: 409, title: 'Lease held' },
  'lease-ended': { status: 409, title: 'Lease ended' },
  'job-cancelled': { status: 409, title: 'Job cancelled' },
  'no-file': { status: 409, title: 'No file' },
  'quota-reached': { status: 409, title: 'Quota reached' },
  'precondition-failed': { status: 412, title: 'Precondition failed' },
  'too-large': { status: 413, title: 'Content too large' },
  'uri-too-long': { status: 414, title: 'URI too long' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'misdirected': { status: 421, title: 'Misdirected request' },
  'bad-file': { status: 422, title: 'File cannot be loaded' },
  'wrong-format': { status: 422, title: 'Value not in the format of the cache' },
  'too-many-attempts': { status: 429, title: 'Too many attempts' },
  'headers-too-large': { status: 431, title: 'Request header fields too large' },
  'internal': { status: 500, title: 'Internal error' },
  'not-implemented': { status: 501, title: 'Not implemented' },
  'not-here': { status: 501, title: 'Not possible in this cache' },
  'source-failed': { status: 502, title: 'Source failed' },
  'caching-off': { status: 503, title: 'Caching is switched off' },
  'cache-off': { status: 503, title: 'Cache is switched off' },
  'not-ready': { status: 503, title: 'Not ready' },
  'restoring': { status: 503, title: 'Cache is being restored' },
  'overloaded': { status: 503, title: 'Overloaded' },
  'source-resting': { status: 503, title: 'Source is resting' },
  'vault-unavailable': { status: 503, title: 'Vault not available' },
  'source-timeout': { status: 504, title: 'Source did not answer' },
  'not-held': { status: 504, title: 'Not in the cache' },
  'storage-full': { status: 507, title: 'Data folder full or not writable' },
} as const satisfies Record<string, { status: number, title: string }>

export type ErrorCode = keyof typeof errorRegistry

/** One rejected field: the dotted path of the field as the caller wrote it, and a sentence. */
export interface FieldError { field: string, message: string }

/**
 * The body of an error response: RFC 9457 members, plus our stable `code` and the rejected fields.
 */
export interface Problem {
  type: string
  title: string
  status: number
  code: ErrorCode
  detail: string
  errors?: FieldError[]
}

interface ErrorOptions {
  cause?: unknown
  errors?: FieldError[]
  /** Seconds after which a retry may succeed; becomes `Retry-After` on HTTP. */
  retryAfter?: number
  /**
   * The sentence for the request log, where that of the answer quotes a header or a body: the log
   * keeps neither (S12 of docs/guarantees.md).
   */
  logged?: string
  /**
   * The sentence for administrators, where it names files of the machine; the request log gets the
   * general one.
   */
  forAdministrators?: string
}

/** A setting of V8; other engines ignore it. */
const v8 = Error as ErrorConstructor & { stackTraceLimit?: number | undefined }

/**
 * An expected failure with a code of the registry, without a stack. Anything else that is thrown is
 * a bug (500).
 */
export class LarderError extends Error {
  override readonly name = 'LarderError'
  readonly code: ErrorCode
  readonly errors: FieldError[] | undefined
  readonly retryAfter: number | undefined
  readonly logged: string | undefined
  readonly forAdministrators: string | undefined

  constructor(code: ErrorCode, detail: string, options: ErrorOptions = {}) {
    // This is an answer, not a fault: nobody needs to know where it was created, and capturing a
    // stack takes longer than the rest of a miss.
    const { stackTraceLimit } = v8
    v8.stackTraceLimit = 0
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    v8.stackTraceLimit = stackTraceLimit
    this.code = code
    this.errors = options.errors
    this.retryAfter = options.retryAfter
    this.logged = options.logged
    this.forAdministrators = options.forAdministrators
  }

  /** HTTP status of this error's code. */
  get status(): number {
    return errorRegistry[this.code].status
  }

  toProblem(): Problem {
    const { status, title } = errorRegistry[this.code]
    const problem: Problem = { type: `/docs#error-${this.code}`, title, status, code: this.code, detail: this.message }
    if (this.errors)
      problem.errors = this.errors
    return problem
  }
}

/** An `invalid-input` error about one field. */
export function invalidField(field: string, message: string): LarderError {
  return new LarderError('invalid-input', `${field}: ${message}`, { errors: [{ field, message }] })
}

/** The text of anything that was thrown, for a log or a message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
