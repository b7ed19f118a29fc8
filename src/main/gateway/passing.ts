import type { Readable } from 'node:stream'
import type { InFlight } from '../base/in-flight'
import type { OriginResponse } from '../base/origin'
import type { Timer } from '../base/timer'
import type { CacheStatus } from './cache-status'
import type { Visit } from './visit'
import { Buffer } from 'node:buffer'
import { joinable } from '../base/answers/pour'
import { endToEnd } from '../base/http-caching/fields'

/** Milliseconds that an origin may send nothing amid a body. */
const longestPause = 60_000

interface PassingParts {
  inFlight: InFlight
  /** Whose bytes are on their way. */
  holder: object
  timer: Timer
  /** The most bytes of a value. */
  valueLimit: () => number
}

/** The body of an answer to be held, or why there is none. */
type Collected = Buffer | 'too-large' | 'no-room' | 'incomplete'

export interface Passing {
  /**
   * Sends an answer on as it comes. Resolves when it has ended, with its body if it is wanted.
   *
   * @param to null = nobody gets it, it is only collected
   */
  pass: (
    answer: OriginResponse,
    to: { visit: Visit, cache: CacheStatus } | null,
    collects: boolean,
  ) => Promise<Collected>
}

export function createPassing({ inFlight, holder, timer, valueLimit }: PassingParts): Passing {
  return {
    pass: ({ status, reason, fields, body }, to, collects) => new Promise((resolve, reject) => {
      try {
        to?.visit.begin(status, reason, endToEnd(fields), to.cache)
      }
      catch (error) {
        body.destroy()
        return reject(error)
      }
      const client = to?.visit.response
      const pieces: Buffer[] = []
      let length = 0
      let ended = false
      let failure: Exclude<Collected, Buffer> | undefined = collects ? undefined : 'incomplete'
      const giveUp = (why: Exclude<Collected, Buffer>): void => {
        failure ??= why
        pieces.length = 0
        hold.release()
        to?.visit.owe(length)
        waitForClient()
        // Nobody is left who wants it.
        if (client === undefined || client.destroyed)
          body.destroy()
      }
      const hold = inFlight.hold(holder, () => giveUp('no-room'))
      let alarm = timer.after(longestPause, cut)

      function cut(): void {
        body.destroy()
        client?.destroy()
      }

      /**
       * Not while the answer is collected: then its bytes are held and counted anyway, and those
       * who wait for the same answer do not wait for a slow client.
       */
      function waitForClient(): void {
        if (failure === undefined || !client?.writableNeedDrain || body.isPaused())
          return
        // A client that takes nothing is cut by what it is charged for; the origin is not to blame.
        to?.visit.owe(0)
        alarm.dispose()
        body.pause()
        client.once('drain', () => {
          if (ended)
            return
          alarm = timer.after(longestPause, cut)
          body.resume()
        })
      }

      function collect(chunk: Buffer): void {
        length += chunk.length
        if (failure !== undefined)
          return
        if (length > valueLimit())
          giveUp('too-large')
        else if (!hold.resize(length))
          giveUp('no-room')
        else
          pieces.push(chunk)
      }

      function end(): void {
        if (ended)
          return
        ended = true
        alarm.dispose()
        // What broke off has told its client a length that it did not keep.
        if (!isWhole(body))
          client?.destroy()
        to?.visit.owe(length)
        const whole = failure ?? (isWhole(body) ? Buffer.concat(pieces, length) : 'incomplete')
        hold.release()
        resolve(whole)
      }

      // Whoever waits for events gets the head before there is a body; a body that is there already
      // goes with it in one write. Bytes beyond ASCII are only then written as they are.
      if (client && to?.visit.method !== 'HEAD' && fields.every(isAscii))
        setImmediate(() => length === 0 && !ended && client.flushHeaders())
      body.on('data', (chunk: Buffer) => {
        alarm.dispose()
        alarm = timer.after(longestPause, cut)
        collect(chunk)
        if (length === chunk.length && length <= joinable)
          client?.write(chunk.toString('latin1'), 'latin1')
        else
          client?.write(chunk)
        waitForClient()
      })
      // Nobody else would hear of it: `close` says what there is to know.
      body.on('error', () => {})
      body.once('end', () => client?.end())
      body.once('close', end)
      // Whoever collects for others goes on for them.
      client?.once('close', () => void (failure !== undefined && !client.writableFinished && body.destroy()))
      client?.once('close', () => body.resume())
      // It may have broken off while entries were dropped for it.
      if (body.closed)
        end()
      else if (client?.closed)
        body.destroy()
    }),
  }
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7E\t]*$/.test(text)
}

/** Whether all of a message has come, as its framing says. */
function isWhole(body: Readable): boolean {
  return 'complete' in body && body.complete === true
}
