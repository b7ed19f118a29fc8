import { LarderError } from '@shared/errors'

export interface ChunkOptions {
  signal?: AbortSignal
  /** Receives the number of bytes that have arrived so far. */
  onProgress?: (bytes: number) => void
}

interface Chunks {
  bytes: () => Promise<Uint8Array<ArrayBuffer>>
  /** The body as a Blob, which the browser may keep on disk if it is large. */
  blob: (type: string) => Blob
}

/**
 * Reads a body to its end and reports progress. Throws `not-ready` if the connection breaks; an
 * `AbortError` passes through unchanged.
 */
export async function readChunks(response: Response, { signal, onProgress }: ChunkOptions): Promise<Chunks> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  const reader = response.body?.getReader()
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader?.read() ?? { done: true }
      if (done)
        break
      parts.push(value)
      onProgress?.(size += value.length)
    }
  }
  catch (cause) {
    signal?.throwIfAborted()
    throw new LarderError('not-ready', 'The connection was lost before the answer was complete.', { cause })
  }
  const blob = (type: string): Blob => new Blob(parts, { type })
  return { blob, bytes: async () => new Uint8Array(await blob('').arrayBuffer()) }
}
