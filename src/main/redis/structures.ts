import type { PackedKind } from '../base/packed/reader'
import type { PackedEdit } from '../base/packed/writer'
import type { Maybe } from '../serving/maybe'
import type { Lookup, Peek, ServedCache, WriteOptions } from '../serving/ports'
import type { ReadableCache, RedisCall } from './redis-call'
import { Buffer } from 'node:buffer'
import { editedLength, editPacked, nothingPacked } from '../base/packed/writer'
import { after, peekHere, wasStored } from './handlers/shared'
import { faults } from './reply'

/** A hash or set that is there, or none that a write begins with. */
export interface Structure {
  readonly kind: PackedKind
  readonly key: string
  readonly entry: Peek | undefined
  /** Packed; valid until the next call into the cache. */
  readonly bytes: Buffer
}

/**
 * Reads the packed bytes of a structure; undefined if there is none. They are valid until the next
 * call into the cache, in a transaction for ever. Throws CommandFault for another kind.
 *
 * @param part the call whose line in the request log the key has
 */
export function readPacked(
  cache: ReadableCache,
  kind: PackedKind,
  part: RedisCall,
): Buffer | undefined {
  // These commands work only where the entries are, so it does not come later.
  const hit = part.note(cache.get(part.firstKey(), part) as Lookup)
  if (hit === undefined)
    return undefined
  if (hit.kind !== kind)
    throw faults.wrongKind()
  return part.inTransaction ? Buffer.copyBytesFrom(hit.value) : hit.value
}

/** Looks at a structure that is to be changed. Throws CommandFault for another kind. */
export function peekStructure(call: RedisCall, cache: ServedCache, kind: PackedKind, key = call.firstKey()): Structure {
  const entry = peekHere(call, cache, key)
  if (entry !== undefined && entry.kind !== kind)
    throw faults.wrongKind()
  return { kind, key, entry, bytes: entry?.value ?? nothingPacked }
}

/** Stores what changes make of structures. */
export interface StructureWriter {
  /**
   * Stores what becomes of a structure, with all else that its entry has; deletes it if nothing is
   * left. Throws CommandFault if it would be too large, and changes nothing then.
   */
  change: (call: RedisCall, cache: ServedCache, before: Structure, edit: PackedEdit) => Maybe<unknown>
  /** Stores a structure in place of whatever is there; throws the same. */
  replace: (call: RedisCall, cache: ServedCache, kind: PackedKind, edit: PackedEdit) => Maybe<unknown>
}

/** Bytes of a structure up to which no buffer is made for a write. */
const scratchMost = 64 * 1024

export function createStructureWriter(valueLimit: () => number): StructureWriter {
  // The engine copies what is a small part of a buffer. Making buffers takes most of the time.
  const scratch = Buffer.allocUnsafeSlow(2 * scratchMost)

  /** A place for bytes; what is persistent waits in it to be written. */
  function placeFor(length: number, { persistent }: ServedCache['definition']): Buffer {
    return persistent || length > scratchMost ? Buffer.allocUnsafeSlow(length) : scratch.subarray(0, length)
  }

  function store(
    call: RedisCall,
    cache: ServedCache,
    { key, bytes }: Pick<Structure, 'key' | 'bytes'>,
    edit: PackedEdit,
    options: WriteOptions,
  ): Maybe<unknown> {
    if (edit.count === 0) {
      return after<unknown, void>(cache.delete(key, undefined, call), () => {
        call.result = 'dropped'
      })
    }
    const length = editedLength(bytes, edit)
    if (length > valueLimit())
      throw faults.tooLarge(valueLimit())
    call.taken = call.args.reduce((sum, argument, index) => index < 2 ? sum : sum + argument.length, 0)
    const value = editPacked(bytes, edit, placeFor(length, cache.definition))
    return after(cache.set(key, value, options, call), result => wasStored(call, result))
  }

  return {
    change(call, cache, before, edit) {
      const { kind, entry } = before
      if (entry !== undefined) {
        const { contentType, tags, flags } = entry
        return store(call, cache, before, edit, { contentType, tags, flags, kind, keepTimes: true })
      }
      call.ttl = cache.definition.ttl
      return store(call, cache, before, edit, { contentType: readsAs, kind })
    },
    replace(call, cache, kind, edit) {
      call.ttl = cache.definition.ttl
      const place = { key: call.firstKey(), bytes: nothingPacked }
      return store(call, cache, place, edit, { contentType: readsAs, kind })
    },
  }
}

/** What a hash or set is for HTTP. */
const readsAs = 'application/json'
