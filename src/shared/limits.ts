/** Fixed limits that docs/http-api.md promises, in bytes unless another unit is given. */
export const limits = {
  headers: 16 * 1024,
  /** Number of header fields; as an object, each takes several times its size in bytes. */
  headerFields: 200,
  url: 8 * 1024,
  entryKey: 1024,
  /** Parts of a glob: characters, `?`, and the ranges of brackets. Limits the work for each key. */
  globParts: 256,
  contentType: 255,
  tags: 16,
  tag: 128,
  /** Default and largest permitted size of one value. */
  value: 16 * 1024 * 1024,
  valueMax: 128 * 1024 * 1024,
  /** JSON bodies of the control plane. */
  adminBody: 256 * 1024,
  /** The same, for operations that need no credential. */
  openBody: 16 * 1024,
  /** Bytes of values that one batch may read; values beyond that must be read separately. */
  batchAnswer: 32 * 1024 * 1024,
  /** Event streams that may be open with one credential. */
  streams: 32,
  /** Callers that may wait for requests in the log at the same time. */
  requestWaits: 2000,
  /**
   * Connections whose refused body is read and thrown away, so that the client gets the answer: at
   * the same time, bytes of each, and milliseconds for each.
   */
  lingering: 32,
  lingeringBytes: 8 * 1024 * 1024,
  lingeringTime: 2000,
  /** Milliseconds until a connection beyond these, from which nothing more is read, is cut. */
  closingTime: 500,
  /** Nesting of any JSON body; deeper input is refused before it is parsed. */
  jsonDepth: 512,
  /** JSON bodies of the data plane, in addition to the size limit of one value. */
  jsonBody: 4 * 1024 * 1024,
  /** A merge patch, and a value that can be patched. */
  patch: 1024 * 1024,
  patched: 8 * 1024 * 1024,
  /**
   * Number of values in any JSON body, and in a merge patch or the value that it changes: each
   * value creates an object.
   */
  jsonElements: 100_000,
  patchElements: 20_000,
  batchOperations: 10_000,
  /**
   * Jobs of a user that may run at the same time, ended ones that are remembered, and how many of
   * these keep the file of an export.
   */
  jobsRunning: 8,
  jobsEnded: 20,
  jobFiles: 3,
  /** Selectors of a job, and keys in each. */
  jobSelectors: 100,
  jobKeys: 10_000,
  /** Bytes of a part of an export that is read at once. */
  jobPart: 1024 * 1024,
  /** Snapshots of a user, and files that a user may be sending at the same time. */
  snapshots: 100,
  imports: 4,
  /** Bytes of a file that is imported, and of a part of it. */
  importFile: 2 ** 30,
  importPart: 1024 * 1024,
  /** Seconds after which a file goes to which nothing was added. */
  importRest: 3600,
  /** Bytes of a line of a snapshot, or of an entry in another file: values as base64, and more. */
  transferLine: 256 * 1024 * 1024,
  pageSize: 1000,
  /**
   * The least that a cache or the budget may be limited to: below it there may be no room for a
   * single entry, which takes up to 6 kB with its overhead when it is alone.
   */
  cacheBytesLeast: 8_000,
  /** The most that a cache may be limited to, whatever the memory budget is. */
  cacheBytesMost: 2 ** 40,
  budgetLeast: 1_000_000,
  /** The budget unless another is set: 256 MB in powers of ten, as in the README. */
  budget: 256_000_000,
  /**
   * Number of caches that a user may have unless an administrator sets another limit, and the
   * highest limit that may be set.
   */
  caches: 200,
  cachesMax: 10_000,
  /** Connections of a server, and tests of connections that run or wait at the same time. */
  connections: 200,
  connectionTests: 4,
  connectionTestsWaiting: 16,
  /** Seconds: a hundred years. Longer than any cache lives, and far from numeric overflow. */
  ttl: 3_155_760_000,
  /** Seconds for which a one-time sign-in code is valid, and for which a session may be idle. */
  codeLifetime: 600,
  sessionIdle: 1800,
} as const

export const defaultPort = 7777
/** Of the Redis protocol, beside the default port. */
export const defaultRedisPort = 7379
