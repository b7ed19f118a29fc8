/**
 * Returns the fields that were given. A field that is present but `undefined`, as over IPC, is not
 * a change and must not overwrite the existing value.
 */
export function givenOnly<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
