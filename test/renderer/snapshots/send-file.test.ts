import type { Client } from '../../../src/shared/operations'
import { expect, it, vi } from 'vitest'
import { sendFile } from '../../../src/renderer/src/transfer/send-file'
import { limits } from '../../../src/shared/limits'

function setUp({ onWrite = () => {} }: { onWrite?: (abort: AbortController) => void } = {}) {
  const abort = new AbortController()
  /** Each byte as a character. */
  const parts: string[] = []
  const begin = vi.fn(async () => ({ id: 'a' }) as never)
  const write = vi.fn(async ({ at, base64 = '' }: { at: number, base64?: string | undefined }) => {
    expect(at).toBe(parts.join('').length)
    parts.push(atob(base64))
    onWrite(abort)
    return {} as never
  })
  const client = { 'imports.begin': begin, 'imports.write': write } as unknown as Client
  const onProgress = vi.fn<(part: number) => void>()
  const send = (file: Blob): Promise<string> =>
    sendFile(client, file, { format: 'csv', cache: 'products', signal: abort.signal, onProgress })
  return { send, begin, write, parts, onProgress }
}

const cycle = [0, 255, 128, 10]
function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => cycle[at % cycle.length] ?? 0)
}

// Red: in src/renderer/src/transfer/send-file.ts leave `at` out of `slice`, or send a part as text.
it('sends every byte of a file, in parts, and says how far it is', async () => {
  const { send, begin, parts, onProgress } = setUp()
  expect(await send(new Blob([bytesOf(2 * limits.importPart + 5)]))).toBe('a')
  expect(begin.mock.calls).toEqual([[{ format: 'csv', cache: 'products' }]])
  expect(parts.map(part => part.length)).toEqual([limits.importPart, limits.importPart, 5])
  const wrong = parts.join('').search(/[^\0\xFF\x80\n]/)
  expect([wrong, parts.join('').slice(0, 4), parts.join('').slice(-5)]).toEqual([-1, '\0\xFF\x80\n', '\0\xFF\x80\n\0'])
  expect(onProgress.mock.calls.at(-1)).toEqual([1])
})

it('begins an import of an empty file, too', async () => {
  const { send, write } = setUp()
  expect(await send(new Blob([]))).toBe('a')
  expect(write).not.toHaveBeenCalled()
})

// Red: leave out the second `throwIfAborted`.
it.each([1, 3])('sends nothing more once nobody waits for it, of %d parts', async (count) => {
  const { send, write, onProgress } = setUp({ onWrite: abort => abort.abort() })
  await expect(send(new Blob([bytesOf(limits.importPart * count)]))).rejects.toMatchObject({ name: 'AbortError' })
  expect([write.mock.calls.length, onProgress.mock.calls]).toEqual([1, []])
})
