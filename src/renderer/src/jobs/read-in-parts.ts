import type { OperationOutput } from '@shared/operations'

type Part = OperationOutput<'jobs.read'>

/**
 * Reads a file of the server part by part, as it may be larger than any answer. Each part becomes a
 * Blob at once, which the browser may keep on disk. Rejects with what `read` rejects with.
 *
 * @param read reads the part that begins with this byte
 * @param onProgress receives the number of bytes that have been read
 */
export async function readInParts(
  read: (from: number) => Promise<Part>,
  onProgress: (bytes: number) => void,
): Promise<Blob> {
  const parts: Blob[] = []
  for (let from: number | null = 0; from !== null;) {
    const part: Part = await read(from)
    parts.push(new Blob([part.text]))
    from = part.next
    if (from !== null)
      onProgress(from)
  }
  return new Blob(parts, { type: 'application/octet-stream' })
}
