import type { Stopwatch } from '../../base/clock'
import type { Timer } from '../../base/timer'
import type { Breaker } from './breaker'
import type { CallMeter } from './meter'
import type { Source, SourceValue } from './source'
import { LarderError } from '@shared/errors'
import { SourceError } from './source'

/** A source as a cache uses it: with a deadline for each call, and behind a breaker. */
export interface Upstream {
  /** The name of its connection. */
  readonly name: string
  /** Undefined if the source has nothing there. Rejects as `call` does. */
  load: (key: string) => Promise<SourceValue | undefined>
  /**
   * Runs a call of the source. Rejects with LarderError `source-failed` (it said no, or cannot be
   * reached), `source-timeout`, `source-resting` (the breaker is open), or with what `work` throws
   * as LarderError.
   */
  call: <T>(work: (source: Source, signal: AbortSignal) => Promise<T>) => Promise<T>
}

interface UpstreamParts {
  name: string
  /** The driver for this cache; undefined if there is no such connection now. */
  source: () => Source | undefined
  breaker: Breaker
  meter: CallMeter
  stopwatch: Stopwatch
  timer: Timer
  /** Seconds that a call may take. */
  deadline: number
}

export function createUpstream({
  name,
  source: find,
  breaker,
  meter,
  stopwatch,
  timer,
  deadline,
}: UpstreamParts): Upstream {
  async function run<T>(isLoad: boolean, work: (source: Source, signal: AbortSignal) => Promise<T>): Promise<T> {
    const source = find()
    if (source === undefined)
      throw failed(`There is no connection ${name}.`)
    const pass = breaker.enter()
    if (typeof pass === 'number')
      throw resting(name, pass)
    const began = stopwatch.now()
    const end = (outcome: Parameters<typeof pass>[0]): void => {
      pass(outcome)
      meter.record({ isLoad, failed: outcome === 'fails' }, stopwatch.now() - began)
    }
    const abort = new AbortController()
    const late = Promise.withResolvers<never>()
    const alarm = timer.after(deadline * 1000, () => {
      late.reject(timedOut(name, deadline))
      abort.abort()
    })
    try {
      // A driver that does not obey its signal must not keep anybody waiting.
      const result = await Promise.race([work(source, abort.signal), late.promise])
      end('works')
      return result
    }
    catch (error) {
      end(outcomeOf(error))
      throw error instanceof LarderError ? error : failed(sentenceOf(name, error), error)
    }
    finally {
      alarm.dispose()
    }
  }

  return {
    name,
    call: work => run(false, work),
    load: key => run(true, (source, signal) => source.load(key, signal)),
  }
}

/** Whether a call of a source failed, or was not even tried. */
export function isSourceFailure(error: unknown): error is LarderError {
  return error instanceof LarderError
    && (error.code === 'source-failed' || error.code === 'source-timeout' || error.code === 'source-resting')
}

/** Whether a write that failed so may have been carried out all the same. */
export function mayHaveHappened(error: unknown): boolean {
  return error instanceof LarderError && (error.code === 'source-timeout'
    || (error.cause instanceof SourceError && error.cause.failure === 'lost')
    // A driver's own mistake says nothing about what was sent before it.
    || (error.code === 'source-failed' && error.cause !== undefined && !(error.cause instanceof SourceError)))
}

/** An error of ours, such as that a value is not a number, says nothing about the source. */
function outcomeOf(error: unknown): 'fails' | 'unknown' {
  return error instanceof LarderError && error.code !== 'source-timeout' ? 'unknown' : 'fails'
}

function sentenceOf(name: string, error: unknown): string {
  return error instanceof SourceError ? `The source ${name} failed: ${error.message}` : `The source ${name} failed.`
}

function failed(message: string, cause?: unknown): LarderError {
  return new LarderError('source-failed', message, { cause })
}

function timedOut(name: string, seconds: number): LarderError {
  return new LarderError('source-timeout', `The source ${name} did not answer within ${seconds} s.`)
}

function resting(name: string, milliseconds: number): LarderError {
  const retryAfter = Math.ceil(milliseconds / 1000)
  return new LarderError(
    'source-resting',
    `The source ${name} failed several times in a row; it is tried again in ${retryAfter} s.`,
    { retryAfter },
  )
}
