import type { LarderError } from '@shared/errors'
import type { Stopwatch } from '../base/clock'
import type { Lookup } from '../cache/ports'
import type { RequestLog } from './log/request-log'
import type { OffTimes } from './off-times'
import type { Call } from './ports'
import { errorRegistry } from '@shared/errors'
import { isOwnRead } from '@shared/request-filter'
import { isConsole } from './call'

/**
 * What is kept of every call of an app: how long its cache took, and a line in the request log. Of
 * other calls those are kept that were refused.
 */
export interface Account {
  /**
   * To be called once, when the answer is handed over. The numbers of bytes are those of the
   * bodies.
   */
  finish: (call: Call, status: number, requestBytes: number, responseBytes: number) => void
}

interface AccountParts { stopwatch: Stopwatch, requestLog: RequestLog, offTimes: Pick<OffTimes, 'note'> }

export function createAccount({ stopwatch, requestLog, offTimes }: AccountParts): Account {
  return {
    finish(call, status, requestBytes, responseBytes) {
      const { principal, face, method, path, operation, cache, key, result, reason, detail, ttl, marks } = call
      const isApp = face !== 'control' && face !== 'events'
      if (!isApp && !isTurnedAway(call, status))
        return
      const ended = stopwatch.now()
      const duration = (ended - call.started) * 1000
      const from = isConsole(call) ? 'console' : 'app'
      const ownRead = isOwnRead({ from, operation, result })
      if (!ownRead)
        call.found?.recordLatency(duration)
      if (result === 'off' && from === 'app')
        offTimes.note(call)
      requestLog.record({
        user: principal?.userId ?? null,
        from,
        face: isApp ? face : null,
        method,
        path,
        operation,
        // It may have been renamed while the call was under way.
        cache: call.found?.definition.name ?? cache,
        key,
        status,
        result,
        reason,
        detail,
        marks,
        duration,
        requestBytes,
        responseBytes,
        keyId: principal?.keyId ?? null,
        ttl,
        ring: ownRead
          ? 'own'
          : principal === null || (result === 'refused' && !(isApp && call.admitted)) ? 'door' : 'served',
      }, ended)
    },
  }
}

/** Whether a call that is no app's was refused for who or what it is, not for what it asked. */
function isTurnedAway({ result, admitted }: Call, status: number): boolean {
  return result === 'refused' && (!admitted || status === 401 || status === 403)
}

/** Notes the result of a read. */
export function noteLookup(call: Call, lookup: Lookup): void {
  const { sourced } = call
  if (typeof lookup === 'string') {
    call.result = 'miss'
    call.reason = lookup
    call.ttl = null
    return
  }
  call.result = lookup.stale ? 'stale' : sourced === null ? 'hit' : 'loaded'
  call.reason = sourced === null ? null : sourced.failure ?? sourced.reason
  call.ttl = lookup.ttl
}

/**
 * What a failure comes to. A miss that is told by an error stays a miss.
 *
 * @param sentence what the client gets
 */
export function noteFailure(call: Call, error: LarderError, sentence = error.message): void {
  if (call.result === 'miss')
    return
  call.result = error.status === 503 ? 'off' : error.status < 500 ? 'refused' : 'error'
  call.reason = error.code
  call.detail = loggedSentence(error, sentence)
  call.ttl = null
}

/** Characters of the longest path of a field that one of our own inputs has. */
const longestField = 40

/** Who names a field that long may have put a secret where a name belongs. */
function loggedSentence({ code, errors, logged }: LarderError, sentence: string): string {
  if (logged !== undefined)
    return logged
  return errors?.some(({ field }) => field.length > longestField) ? `${errorRegistry[code].title}.` : sentence
}
