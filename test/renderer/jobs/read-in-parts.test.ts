import { LarderError } from '@shared/errors'
import { expect, it, vi } from 'vitest'
import { readInParts } from '../../../src/renderer/src/jobs/read-in-parts'

const parts = ['{"key":"ü"}\n', '{"key":"b"}\n', '{"key":"c"}\n']

function reader(fails = false) {
  return vi.fn(async (from: number) => {
    if (fails && from > 0)
      throw new LarderError('no-file', 'This file is gone.')
    return { text: parts[from / 10] ?? '', next: from < 20 ? from + 10 : null }
  })
}

it('reads a file part by part, each from where the last one ended', async () => {
  const read = reader()
  const progress = vi.fn()
  const file = await readInParts(read, progress)
  expect(await file.text()).toBe(parts.join(''))
  expect(read.mock.calls).toEqual([[0], [10], [20]])
  expect(progress.mock.calls).toEqual([[10], [20]])
})

it('passes on that the file is gone, and gives no half of it', async () => {
  await expect(readInParts(reader(true), () => {})).rejects.toMatchObject({ code: 'no-file' })
})
