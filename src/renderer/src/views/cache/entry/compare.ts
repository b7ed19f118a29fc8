import type { Sliced } from '../values/slices'
import type { DiffRow } from './diff-rows'
import { isJsonText } from '../values/json-scan'
import { isUtf8 } from '../values/text-rows'
import { diffRows } from './diff-rows'
import { editLimit } from './edit-text'
import { layOut } from './json-layout'
import { diffLines } from './line-diff'

/** How two values differ. */
export type Comparison =
  | { kind: 'equal' }
  /** The same JSON; only white space between its parts differs. */
  | { kind: 'layout' }
  /** Too large for lines, or not text: `at` is the offset of the first byte that differs. */
  | { kind: 'bytes', at: number }
  | LineComparison

export interface LineComparison {
  kind: 'lines'
  /** Both are compared as formatted JSON, so that a long line does not hide what changed in it. */
  formatted: boolean
  before: readonly string[]
  after: readonly string[]
  rows: readonly DiffRow[]
  /** Indexes of the rows at which a change begins. */
  places: readonly number[]
  removed: number
  added: number
}

/** Maximum number of lines of both texts together. */
export const mostLines = 100_000
/** Bytes between two pauses. */
const stride = 65_536

export function* compare(before: Uint8Array, after: Uint8Array): Sliced<Comparison> {
  const at = yield* firstDifference(before, after)
  if (at === undefined)
    return { kind: 'equal' }
  if (Math.max(before.length, after.length) > editLimit || !(yield* isUtf8(before)) || !(yield* isUtf8(after)))
    return { kind: 'bytes', at }
  let [left, right] = [before, after].map(bytes => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
  const json = (yield* isJsonText(before)) && (yield* isJsonText(after))
  const formatted = json
    ? [yield* layOut(left ?? '', 'indented', '\n'), yield* layOut(right ?? '', 'indented', '\n')]
    : []
  if (formatted[0] !== undefined && formatted[1] !== undefined) {
    [left, right] = formatted.map(text => text?.trim())
    if (left === right)
      return { kind: 'layout' }
  }
  const lines = [left ?? '', right ?? ''].map(text => text.split('\n'))
  const [removable = [], addable = []] = lines
  if (removable.length + addable.length > mostLines)
    return { kind: 'bytes', at }
  const changes = yield* diffLines(removable, addable)
  return {
    kind: 'lines',
    formatted: formatted[0] !== undefined && formatted[1] !== undefined,
    before: removable,
    after: addable,
    ...diffRows(changes, removable.length),
    removed: changes.reduce((sum, { before: [from, to] }) => sum + to - from, 0),
    added: changes.reduce((sum, { after: [from, to] }) => sum + to - from, 0),
  }
}

function* firstDifference(before: Uint8Array, after: Uint8Array): Sliced<number | undefined> {
  const end = Math.min(before.length, after.length)
  for (let at = 0; at < end; at++) {
    if (before[at] !== after[at])
      return at
    if (at % stride === stride - 1)
      yield
  }
  return before.length === after.length ? undefined : end
}
