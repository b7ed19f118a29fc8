/** Fixed limits of the contract, in bytes unless a unit is written. */
export const limits = {
  headers: 16 * 1024,
  url: 8 * 1024,
  entryKey: 1024,
  contentType: 255,
  tags: 16,
  tag: 128,
  /** Default and largest permitted size of one value. */
  value: 16 * 1024 * 1024,
  valueMax: 128 * 1024 * 1024,
  /** JSON bodies of the control plane. */
  adminBody: 256 * 1024,
  /** Nesting of any JSON body; deeper input is refused before it is parsed. */
  jsonDepth: 512,
  batchOperations: 10_000,
  pageSize: 1000,
  /** Caches that a user may have unless an administrator says otherwise, and the most that one may say. */
  caches: 200,
  cachesMax: 10_000,
  /** Seconds: a hundred years. Longer than any cache lives, far from number overflow. */
  ttl: 3_155_760_000,
  /** Seconds a one-time sign-in code is good for, and a session may idle. */
  codeLifetime: 600,
  sessionIdle: 1800,
} as const

export const defaultPort = 7777
