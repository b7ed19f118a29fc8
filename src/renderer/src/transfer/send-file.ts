import type { ImportFormat } from '@shared/imports'
import type { Client } from '@shared/operations'
import { limits } from '@shared/limits'
import { toBase64 } from '../snippets/text'

interface Sending {
  format: ImportFormat
  cache: string | undefined
  signal: AbortSignal
  /** Receives the part that has been sent, 0 to 1. */
  onProgress: (part: number) => void
}

/**
 * Sends a file to the server in parts, and returns its id there. Rejects with LarderError
 * `cache-not-found`, `not-here`, `quota-reached`, `too-large`, `storage-full`, and an AbortError.
 */
export async function sendFile(
  client: Pick<Client, 'imports.begin' | 'imports.write'>,
  file: Blob,
  { format, cache, signal, onProgress }: Sending,
): Promise<string> {
  const { id } = await client['imports.begin']({ format, cache })
  for (let at = 0; at < file.size; at += limits.importPart) {
    const part = await file.slice(at, at + limits.importPart).arrayBuffer()
    signal.throwIfAborted()
    await client['imports.write']({ id, at, base64: toBase64(new Uint8Array(part)) })
    signal.throwIfAborted()
    onProgress(Math.min(1, (at + limits.importPart) / file.size))
  }
  return id
}
