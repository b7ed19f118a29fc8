import { LarderError } from '@shared/errors'

/** Seconds after which an app may check whether caching is on again. */
const switchRetryAfter = 5

export function cachingOff(): LarderError {
  return new LarderError('caching-off', 'All caching is switched off.', { retryAfter: switchRetryAfter })
}

export function cacheOff(name: string): LarderError {
  return new LarderError('cache-off', `The cache ${name} is switched off.`, { retryAfter: switchRetryAfter })
}
