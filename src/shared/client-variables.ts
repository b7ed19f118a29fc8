/**
 * The variables that the client library (`larder/client`) reads besides `LARDER_API_KEY`. The
 * server reads none of them, and does not warn of them.
 */
export const clientVariables = [
  'LARDER_URL',
  'LARDER_CACHE',
  'LARDER_MAX_SIZE',
  'LARDER_EXPIRATION',
  'LARDER_RENEW_ON_HIT',
  'LARDER_TIMEOUT',
  'LARDER_FALLBACK',
] as const

export type ClientVariable = typeof clientVariables[number] | 'LARDER_API_KEY'
