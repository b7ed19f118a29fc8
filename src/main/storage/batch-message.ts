import type { PendingBatch, PendingChange } from './pending-writes'
import { Buffer } from 'node:buffer'

/** A change without its value, which is in the message's one buffer. */
type PackedChange =
  | Exclude<PendingChange, { type: 'put' }>
  | {
    type: 'put'
    entry: Omit<Extract<PendingChange, { type: 'put' }>['entry'], 'value'>
    start: number
    length: number
  }

/** A batch in the form that is sent to the writer thread. */
export interface BatchMessage {
  caches: Map<string, { cleared: boolean, changes: Map<string, PackedChange> }>
  values: ArrayBuffer
}

/**
 * Packs the values into one buffer, which is transferred without another copy. Otherwise each value
 * would be cloned separately, and a small buffer from node's pool would be cloned together with the
 * whole pool.
 */
export function packBatch(batch: PendingBatch): BatchMessage {
  let size = 0
  for (const { changes } of batch.values()) {
    for (const change of changes.values())
      size += change.type === 'put' ? change.entry.value.length : 0
  }
  const values = new ArrayBuffer(size)
  const into = Buffer.from(values)
  let at = 0
  const caches: BatchMessage['caches'] = new Map()
  for (const [id, { cleared, changes }] of batch) {
    const packed = new Map<string, PackedChange>()
    for (const [key, change] of changes) {
      if (change.type !== 'put') {
        packed.set(key, change)
        continue
      }
      const { value, ...entry } = change.entry
      packed.set(key, { type: 'put', entry, start: at, length: value.length })
      at += value.copy(into, at)
    }
    caches.set(id, { cleared, changes: packed })
  }
  return { caches, values }
}

export function unpackBatch({ caches, values }: BatchMessage): PendingBatch {
  return new Map([...caches].map(([id, { cleared, changes }]) => [id, {
    cleared,
    changes: new Map([...changes].map(([key, change]): [string, PendingChange] => [key, change.type === 'put'
      ? { type: 'put', entry: { ...change.entry, value: Buffer.from(values, change.start, change.length) } }
      : change])),
  }]))
}
