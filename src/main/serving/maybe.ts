/** A result that is available at once, or later. */
export type Maybe<T> = T | Promise<T>

/**
 * Continues with a result, at once if it is available. In that case it creates neither a promise
 * nor a closure, which would slow down reads: `next` is an existing function that receives the
 * call.
 */
export function proceed<Call, T, R>(call: Call, result: Maybe<T>, next: (call: Call, value: T) => Maybe<R>): Maybe<R> {
  return result instanceof Promise ? later(call, result, next) : next(call, result)
}

/**
 * A separate function, because a closure in `proceed` would cost time even if it is never created.
 */
function later<Call, T, R>(call: Call, result: Promise<T>, next: (call: Call, value: T) => Maybe<R>): Promise<R> {
  return result.then(value => next(call, value))
}
