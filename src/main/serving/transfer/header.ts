import type { CacheSettings } from '@shared/cache-settings'
import type { SnapshotHeader } from '@shared/transfer'
import type { Frame } from './frames'
import { isDeepStrictEqual } from 'node:util'
import { initialSettings } from '@shared/cache-settings'
import { LarderError } from '@shared/errors'
import { SnapshotHeader as Header, settingOrder, SnapshotMark, snapshotSchema } from '@shared/transfer'
import { parseInput } from '@shared/validation'
import { badFile } from './frames'
import { parseFrame } from './json-frame'

/** As many caches as a user may have, with all settings of each. */
const most = { depth: 8, elements: 500_000 }

/** The header of a snapshot: settings that are not the initial ones, in a fixed order. */
export function headerLine(caches: readonly (CacheSettings & { name: string })[]): string {
  const settings = caches.map(cache => [
    cache.name,
    Object.fromEntries(settingOrder
      .filter(name => name === 'ttl' || !isDeepStrictEqual(cache[name], initialSettings[name]))
      .map(name => [name, cache[name]])),
  ] as const)
  return `${JSON.stringify({ larder: 'snapshot', schema: snapshotSchema, caches: Object.fromEntries(settings) })}\n`
}

/** Anything but an object is left to the schema to refuse. */
function withPairs(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || !('caches' in raw))
    return raw
  const { caches } = raw
  const isObject = typeof caches === 'object' && caches !== null && !Array.isArray(caches)
  return { ...raw, caches: isObject ? Object.entries(caches) : null }
}

/** Throws LarderError `bad-file`. */
export function readHeader(frame: Frame): SnapshotHeader {
  const raw = withPairs(parseFrame(frame, most))
  try {
    const { schema } = parseInput(SnapshotMark, raw)
    if (schema > snapshotSchema) {
      throw badFile('Line', frame.number, `has schema ${schema}, but this Larder reads up to ${snapshotSchema}; `
        + 'load it with the version that saved it, or a later one')
    }
    return parseInput(Header, raw)
  }
  catch (error) {
    if (error instanceof LarderError && error.code === 'invalid-input')
      throw badFile('Line', frame.number, error.message)
    throw error
  }
}
