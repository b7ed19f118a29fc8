import { hasPrefix } from '@shared/entry-key'

/** Keys that are handed out at once. */
const pageLength = 500

/** The keys that begin with the prefix, in pieces; `keyOf` says which have none. */
export async function* keyPages(
  names: Iterable<string> | AsyncIterable<string>,
  keyOf: (name: string) => string | undefined,
  prefix: string,
): AsyncGenerator<string[]> {
  let page: string[] = []
  for await (const name of names) {
    const key = keyOf(name)
    if (key !== undefined && hasPrefix(key, prefix))
      page.push(key)
    if (page.length === pageLength) {
      yield page
      page = []
    }
  }
  if (page.length > 0)
    yield page
}
