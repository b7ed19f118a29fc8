import type { Buffer } from 'node:buffer'
import type { Extended, Tree } from './msgpack-read'
import type { Sink } from './sink'
import type { Scalar } from './values'
import { isUtf8 } from 'node:buffer'
import { FormatFault } from '../base/conversions'
import { readTree } from './msgpack-read'
import { createSink } from './sink'
import { bufferOf } from './utf8'
import { writeTime } from './values'

/** An extension as it is written: a word by itself, or one before what it holds. */
class Extension {
  readonly word: string
  readonly content: Tree<Extension> | undefined

  constructor(word: string, content?: Tree<Extension>) {
    this.word = word
    this.content = content
  }
}

/**
 * A MessagePack value for people to read: JSON, and what JSON lacks as JavaScript writes it; bytes
 * as in RFC 8949 §8. The extension types of Larder's client (docs/client.md) are shown as what they
 * are, those of other programs as their bytes. Throws FormatFault if it is broken, or too long.
 *
 * @param limit the most bytes that may come out
 */
export function writeMsgpackText(bytes: Uint8Array, limit: number): Buffer {
  const sink = createSink(limit)
  write(readTree(bytes, readExtension), sink, '\n')
  return sink.end()
}

/** By its number, what an extension of the client holds; undefined if it is no such thing. */
const known: Readonly<Record<number, (found: Extended) => Extension | undefined>> = {
  1(found) {
    const pairs = readTree(found.payload, readExtension, found.depth + 1)
    return isList(pairs) && pairs.length % 2 === 0 ? new Extension('Map ', pairs) : undefined
  },
  2(found) {
    const items = readTree(found.payload, readExtension, found.depth + 1)
    return isList(items) ? new Extension('Set ', items) : undefined
  },
  3({ payload }) {
    const digits = isUtf8(payload) ? bufferOf(payload).toString() : ''
    return /^-?\d+$/.test(digits) ? new Extension(`${digits}n`) : undefined
  },
  4: ({ payload }) => payload.length === 0 ? new Extension('undefined') : undefined,
  [-1]: ({ payload }) => farTime(payload),
}

/** A time whose year has more than four digits, with sign, as JavaScript writes it. */
function farTime(payload: Uint8Array): Extension | undefined {
  if (payload.length !== 12)
    return undefined
  const view = new DataView(payload.buffer, payload.byteOffset, 12)
  const nanoseconds = view.getUint32(0)
  const time = new Date(Number(view.getBigInt64(4)) * 1000 + Math.floor(nanoseconds / 1e6))
  return nanoseconds < 1e9 && !Number.isNaN(time.getTime()) ? new Extension(time.toISOString()) : undefined
}

function readExtension(found: Extended): Extension {
  return understood(found) ?? new Extension(`extension ${found.type} `, found.payload)
}

/** Another program may mean something else by the same number. */
function understood(found: Extended): Extension | undefined {
  try {
    return known[found.type]?.(found)
  }
  catch (error) {
    if (error instanceof FormatFault)
      return undefined
    throw error
  }
}

function isList(tree: Tree<Extension>): tree is readonly Tree<Extension>[] {
  return Array.isArray(tree)
}

/** @param line ends a line and begins the next one as deep as this value */
function write(tree: Tree<Extension>, sink: Sink, line: string): void {
  if (tree instanceof Extension) {
    sink.text(tree.word)
    if (tree.word === 'Map ' && isList(tree.content ?? null))
      writeItems(pairsOf(tree.content as readonly Tree<Extension>[]), sink, line, '{}', ' => ')
    else if (tree.content !== undefined)
      write(tree.content, sink, line)
  }
  else if (isList(tree)) {
    writeItems(tree.map(item => [item]), sink, line, '[]')
  }
  else if (tree instanceof Map) {
    writeItems([...tree as ReadonlyMap<string, Tree<Extension>>], sink, line, '{}', ': ')
  }
  else {
    sink.text(scalarText(tree as Scalar))
  }
}

function pairsOf(list: readonly Tree<Extension>[]): Tree<Extension>[][] {
  return Array.from({ length: list.length / 2 }, (_, index) => list.slice(index * 2, index * 2 + 2))
}

/** Each on a line of its own. */
function writeItems(
  items: readonly (readonly Tree<Extension>[])[],
  sink: Sink,
  line: string,
  brackets: '[]' | '{}',
  between = '',
): void {
  const deeper = `${line}  `
  sink.text(brackets[0] as string)
  for (const [index, [first = null, second]] of items.entries()) {
    sink.text(index === 0 ? deeper : `,${deeper}`)
    write(first, sink, deeper)
    if (second !== undefined) {
      sink.text(between)
      write(second, sink, deeper)
    }
  }
  sink.text(`${items.length > 0 ? line : ''}${brackets[1]}`)
}

function scalarText(value: Scalar): string {
  if (typeof value === 'string')
    return JSON.stringify(value)
  if (value instanceof Uint8Array)
    return `h'${bufferOf(value).toString('hex')}'`
  return typeof value === 'object' && value !== null
    ? writeTime(value)
    : Object.is(value, -0) ? '-0' : String(value)
}
