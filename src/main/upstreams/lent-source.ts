import type { Source, SourceWrites } from '../serving/sources/source'
import type { LazyDriver } from './driver'
import { SourceError } from '../serving/sources/source'

/** The source of an open link, which is opened first if need be. Throws SourceError. */
type Borrow = (signal: AbortSignal) => Promise<Source>

/** A source that asks for an open link at each call. */
export function lentSource(borrow: Borrow, abilities: LazyDriver['abilities']): Source {
  const source: Source = { load: async (key, signal) => await (await borrow(signal)).load(key, signal) }
  async function writesOf(signal: AbortSignal): Promise<SourceWrites> {
    return (await borrow(signal)).writes ?? cannot()
  }

  if (abilities.has('write')) {
    source.writes = {
      beyond: async (key, bytes, signal) => await (await writesOf(signal)).beyond?.(key, bytes, signal) ?? null,
      set: async (key, value, signal) => await (await writesOf(signal)).set(key, value, signal),
      delete: async (key, signal) => await (await writesOf(signal)).delete(key, signal),
    }
    if (abilities.has('replace')) {
      source.writes.replace = async (key, before, value, signal) => {
        const { replace = cannot } = await writesOf(signal)
        return await replace(key, before, value, signal)
      }
    }
    if (abilities.has('touch')) {
      source.writes.touch = async (key, ttl, signal) => {
        const { touch = cannot } = await writesOf(signal)
        return await touch(key, ttl, signal)
      }
    }
  }
  if (abilities.has('list')) {
    source.keys = async function* (prefix, signal) {
      const { keys = cannot } = await borrow(signal)
      yield* keys(prefix, signal)
    }
  }
  return source
}

function cannot(): never {
  throw new SourceError('refused', 'The connection cannot do this.')
}
