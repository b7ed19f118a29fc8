import type { LarderError } from '@shared/errors'
import type { Stopwatch } from '../base/clock'
import type { Lookup } from '../cache/ports'
import type { Call } from './ports'
import type { RequestLog } from './request-log'

/**
 * Records every call of an app: its duration in the statistics of the cache, and a line in the
 * request log.
 */
export interface Account {
  /**
   * To be called once, when the answer is handed over. The numbers of bytes are those of the
   * bodies.
   */
  finish: (call: Call, status: number, requestBytes: number, responseBytes: number) => void
}

export function createAccount({ stopwatch, requestLog }: { stopwatch: Stopwatch, requestLog: RequestLog }): Account {
  return {
    finish(call, status, requestBytes, responseBytes) {
      const { principal, face, method, path, operation, cache, key, result, reason, marks } = call
      if (face === 'control' || face === 'events')
        return
      const ended = stopwatch.now()
      const duration = (ended - call.started) * 1000
      call.found?.recordLatency(duration)
      requestLog.record({
        user: principal?.userId ?? null,
        face,
        method,
        path,
        operation,
        cache,
        key,
        status,
        result,
        reason,
        marks,
        duration,
        requestBytes,
        responseBytes,
        keyId: principal?.keyId ?? null,
      }, ended)
    },
  }
}

/** Notes the result of a read. */
export function noteLookup(call: Call, lookup: Lookup): void {
  call.result = typeof lookup === 'string' ? 'miss' : lookup.stale ? 'stale' : 'hit'
  call.reason = typeof lookup === 'string' ? lookup : null
}

/** Notes the result of a failure. A miss that is reported as an error stays a miss. */
export function noteFailure(call: Call, error: LarderError): void {
  if (call.result === 'miss')
    return
  call.result = error.status === 503 ? 'off' : error.status < 500 ? 'refused' : 'error'
  call.reason = error.code
}
