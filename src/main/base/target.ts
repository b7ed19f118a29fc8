/**
 * A request target, split at the first `?`. Nothing is decoded or normalised, because keys are the
 * path exactly as it was sent.
 */
export interface RequestTarget {
  path: string
  /** Text after `?`, empty if there is none. */
  query: string
  /** Authority of an absolute-form target (RFC 9112 §3.2.2); it counts as Host. */
  authority: string | null
}

/** Splits origin-form and absolute-form targets; `*` (OPTIONS) is a path of its own. */
export function readTarget(url: string): RequestTarget {
  let rest = url
  let authority: string | null = null
  if (!url.startsWith('/')) {
    const absolute = /^https?:\/\/([^/?#]*)/i.exec(url)
    if (absolute) {
      authority = absolute[1] as string
      rest = url.slice(absolute[0].length)
      if (!rest.startsWith('/'))
        rest = `/${rest}`
    }
  }
  const mark = rest.indexOf('?')
  return mark < 0
    ? { path: rest, query: '', authority }
    : { path: rest.slice(0, mark), query: rest.slice(mark + 1), authority }
}
