import type { Stopwatch } from '../../base/clock'
import type { Timer } from '../../base/timer'
import type { Maybe } from '../maybe'
import type { Source } from '../sources/source'
import type { Breaker } from './breaker'
import type { CallMeter } from './meter'
import { LarderError, messageOf } from '@shared/errors'
import { SourceError } from '../sources/source'

/**
 * A source, or a backend, as a cache uses it: with a deadline for each call, and behind a breaker.
 */
export interface Upstream<S = Source> {
  /** What it is and the name of its connection, for sentences: `source main`. */
  readonly title: string
  /** The name of its connection. */
  readonly name: string
  /**
   * Runs a call of it. Rejects with LarderError `source-failed` (it said no, or cannot be reached),
   * `source-timeout`, `source-resting` (the breaker is open), or with what `work` throws as
   * LarderError. Loads are counted by themselves.
   */
  call: <T>(work: (service: S, signal: AbortSignal) => Promise<T>, isLoad?: boolean) => Promise<T>
}

interface UpstreamParts<S> {
  /** What the cache uses it as. */
  role: 'source' | 'backend'
  name: string
  /** The driver for this cache; undefined if there is no such connection now. */
  find: () => S | undefined
  breaker: Breaker
  meter: CallMeter
  stopwatch: Stopwatch
  timer: Timer
  /** Seconds that a call may take. */
  deadline: number
}

export function createUpstream<S>(
  { role, name, find, breaker, meter, stopwatch, timer, deadline }: UpstreamParts<S>,
): Upstream<S> {
  const title = `${role} ${name}`

  async function call<T>(work: (service: S, signal: AbortSignal) => Promise<T>, isLoad = false): Promise<T> {
    const service = find()
    if (service === undefined)
      throw failed(`There is no connection ${name}.`)
    const pass = breaker.enter()
    if (typeof pass === 'number')
      throw resting(title, pass)
    const began = stopwatch.now()
    const end = (outcome: Parameters<typeof pass>[0], isFailed: boolean): void => {
      if (pass(outcome))
        meter.record({ isLoad, failed: isFailed }, stopwatch.now() - began)
    }
    const abort = new AbortController()
    const late = Promise.withResolvers<never>()
    const alarm = timer.after(deadline * 1000, () => {
      late.reject(timedOut(title, deadline))
      abort.abort()
    })
    try {
      // A driver that does not obey its signal must not keep anybody waiting.
      const result = await Promise.race([work(service, abort.signal), late.promise])
      end('works', false)
      return result
    }
    catch (error) {
      end(outcomeOf(error), isFailure(error))
      throw error instanceof LarderError ? error : failed(sentenceOf(title, error), error)
    }
    finally {
      alarm.dispose()
    }
  }

  return { title, name, call }
}

/** Whether a call of a source or backend failed, or was not even tried. */
export function isSourceFailure(error: unknown): error is LarderError {
  return error instanceof LarderError
    && (error.code === 'source-failed' || error.code === 'source-timeout' || error.code === 'source-resting')
}

/** Whether it failed because nobody answers there. */
export function isUnanswered(error: unknown): boolean {
  return isSourceFailure(error) && !(error.cause instanceof SourceError && error.cause.failure === 'refused')
}

/**
 * Runs a change elsewhere. If it is not known what is there now, the copy here is dropped, and the
 * LarderError `source-timeout` says so. Rejects with what `work` rejects with.
 */
export async function changeOrDrop<T>(work: () => Promise<T>, drop: () => Maybe<unknown>): Promise<T> {
  try {
    return await work()
  }
  catch (error) {
    if (!mayHaveHappened(error))
      throw error
    await drop()
    throw new LarderError(
      'source-timeout',
      `${messageOf(error)} It is not known whether the change was made; the copy here was dropped.`,
      { cause: error },
    )
  }
}

/** Whether a write that failed so may have been carried out all the same. */
function mayHaveHappened(error: unknown): boolean {
  return error instanceof LarderError && (error.code === 'source-timeout'
    || (error.cause instanceof SourceError && error.cause.failure === 'lost')
    // A driver's own mistake says nothing about what was sent before it.
    || (error.code === 'source-failed' && error.cause !== undefined && !(error.cause instanceof SourceError)))
}

/** An error of ours, such as that a value is not a number, is none of the other server. */
function isFailure(error: unknown): boolean {
  return !(error instanceof LarderError) || error.code === 'source-timeout'
}

/** Who says no to one key answers, and may say yes to the next. */
function outcomeOf(error: unknown): 'fails' | 'unknown' {
  const isAnswer = error instanceof SourceError && error.failure === 'refused'
  return isFailure(error) && !isAnswer ? 'fails' : 'unknown'
}

function sentenceOf(title: string, error: unknown): string {
  if (!(error instanceof SourceError))
    return `The ${title} failed.`
  // Whoever may use the cache need not know where the connection leads: its own state says why.
  return error.failure === 'unreachable' ? `The ${title} cannot be reached.` : `The ${title} failed: ${error.message}`
}

function failed(message: string, cause?: unknown): LarderError {
  return new LarderError('source-failed', message, { cause })
}

function timedOut(title: string, seconds: number): LarderError {
  return new LarderError('source-timeout', `The ${title} did not answer within ${seconds} s.`)
}

function resting(title: string, milliseconds: number): LarderError {
  const retryAfter = Math.ceil(milliseconds / 1000)
  return new LarderError(
    'source-resting',
    `The ${title} failed several times in a row; it is tried again in ${retryAfter} s.`,
    { retryAfter },
  )
}
