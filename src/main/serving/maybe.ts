/** A result that is there, or comes later. */
export type Maybe<T> = T | Promise<T>

/**
 * Goes on with a result, at once where it is there. Then it makes neither promise nor closure,
 * which a read would feel: `next` is a function that is there anyway, and gets the call.
 */
export function proceed<Call, T, R>(call: Call, result: Maybe<T>, next: (call: Call, value: T) => Maybe<R>): Maybe<R> {
  return result instanceof Promise ? later(call, result, next) : next(call, result)
}

/** A function of its own: a closure in `proceed` would cost those that never make it. */
function later<Call, T, R>(call: Call, result: Promise<T>, next: (call: Call, value: T) => Maybe<R>): Promise<R> {
  return result.then(value => next(call, value))
}
