/** Characters at the end of a name that are always shown. */
const tail = 5

/** Cuts a name in two, of which the first part may be shortened by an ellipsis. */
export function splitName(name: string): [start: string, end: string] {
  return name.length <= 2 * tail ? [name, ''] : [name.slice(0, -tail), name.slice(-tail)]
}
