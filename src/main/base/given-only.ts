/**
 * The fields that were given. One that is there as `undefined`, as over IPC, is not a change, and
 * must not be written over what there is.
 */
export function givenOnly<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
