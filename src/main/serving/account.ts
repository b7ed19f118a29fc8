import type { LarderError } from '@shared/errors'
import type { Stopwatch } from '../base/clock'
import type { Lookup } from '../cache/ports'
import type { RequestLog } from './log/request-log'
import type { Call } from './ports'

/** What is kept of every call of an app: how long its cache took, and a line in the request log. */
export interface Account {
  /** To be called once, when the answer is handed over. Bytes are those of the bodies. */
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

/** What a read comes to. */
export function noteLookup(call: Call, lookup: Lookup): void {
  call.result = typeof lookup === 'string' ? 'miss' : lookup.stale ? 'stale' : 'hit'
  call.reason = typeof lookup === 'string' ? lookup : null
}

/** What a failure comes to. A miss that is told by an error stays a miss. */
export function noteFailure(call: Call, error: LarderError): void {
  if (call.result === 'miss')
    return
  call.result = error.status === 503 ? 'off' : error.status < 500 ? 'refused' : 'error'
  call.reason = error.code
}
