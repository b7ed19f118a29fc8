import type { Client } from '@shared/operations'

/**
 * Reads the file of an export part by part, as it may be larger than any answer. Each part becomes
 * a Blob at once, which the browser may keep on disk. Throws LarderError `job-not-found` and
 * `no-file`.
 *
 * @param onProgress receives the number of bytes that have been read
 */
export async function readExport(
  client: Pick<Client, 'jobs.read'>,
  id: string,
  onProgress: (bytes: number) => void,
): Promise<Blob> {
  const parts: Blob[] = []
  for (let from: number | null = 0; from !== null;) {
    const part: Awaited<ReturnType<Client['jobs.read']>> = await client['jobs.read']({ id, from })
    parts.push(new Blob([part.text]))
    from = part.next
    if (from !== null)
      onProgress(from)
  }
  return new Blob(parts, { type: 'application/jsonl' })
}
