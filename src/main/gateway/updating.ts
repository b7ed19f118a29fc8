import type { Fields } from '../base/http-caching/fields'
import { endToEnd, without } from '../base/http-caching/fields'

/** Fields of what is held that a 304 does not change: they describe its bytes (RFC 9111 §3.2). */
const ofTheBytes: ReadonlySet<string> = new Set(['content-length', 'content-encoding', 'content-range'])

/** The fields of what is held, once a 304 has said that it is still right. */
export function updatedBy(held: Fields, fresh: Fields): string[] {
  const update = without(endToEnd(fresh), name => ofTheBytes.has(name))
  const replaced = new Set(update.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase()))
  return [...without(held, name => replaced.has(name) || name === 'age'), ...update]
}
