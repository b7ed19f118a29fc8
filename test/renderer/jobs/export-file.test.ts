import { LarderError } from '@shared/errors'
import { expect, it, vi } from 'vitest'
import { readExport } from '../../../src/renderer/src/jobs/export-file'

const parts = ['{"key":"ü"}\n', '{"key":"b"}\n', '{"key":"c"}\n']

function clientOf(fails = false) {
  return {
    'jobs.read': vi.fn(async ({ from = 0 }: { from?: number }) => {
      if (fails && from > 0)
        throw new LarderError('no-file', 'This file is gone.')
      return { text: parts[from / 10] ?? '', next: from < 20 ? from + 10 : null }
    }),
  }
}

it('reads the file of an export part by part, each from where the last one ended', async () => {
  const client = clientOf()
  const read = vi.fn()
  const file = await readExport(client, 'a', read)
  expect([await file.text(), file.type]).toEqual([parts.join(''), 'application/jsonl'])
  expect(client['jobs.read'].mock.calls).toEqual([0, 10, 20].map(from => [{ id: 'a', from }]))
  expect(read.mock.calls).toEqual([[10], [20]])
})

it('passes on that the file is gone, and gives no half of it', async () => {
  await expect(readExport(clientOf(true), 'a', () => {})).rejects.toMatchObject({ code: 'no-file' })
})
