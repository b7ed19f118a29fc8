import type { ServerOptions } from 'node:http'
import { limits } from '@shared/limits'

/**
 * What a head may be, and how long it may take, at every port of HTTP. A slow head is cut off after
 * 10 s plus the time between two checks.
 */
export const messageLimits = {
  // Includes the request line; 414 or 431 is answered below this limit.
  maxHeaderSize: limits.headers + limits.url + 1024,
  headersTimeout: 10_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  // We check Host ourselves, because node would accept a repeated one.
  requireHostHeader: false,
} as const satisfies ServerOptions
