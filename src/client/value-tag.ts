/** Levels of nesting; what is deeper probably contains itself. */
export const deepest = 500

/**
 * What a value is by its own word: `Date`, `Map`, `Uint8Array`. Unlike `instanceof` it also knows
 * those of another realm: of a frame, or of a test runner.
 */
export function tagOf(value: unknown): string {
  return ({}).toString.call(value).slice(8, -1)
}

/** Whether it is an object literal, or has no prototype at all. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
