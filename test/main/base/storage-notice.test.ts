import { expect, it } from 'vitest'
import { createStorageNotice } from '../../../src/main/base/storage-notice'

it('tells people once that the folder cannot be written, and once that it can', () => {
  const told: string[] = []
  const { report } = createStorageNotice('/home/ada/larder', sentence => told.push(sentence))
  report('entries', null)
  expect(told).toEqual([])
  report('metadata', 'database or disk is full')
  report('entries', 'disk I/O error')
  report('metadata', null)
  report('metadata', 'database or disk is full')
  report('entries', null)
  expect(told).toEqual([expect.stringMatching(/^cannot write to \/home\/ada\/larder: database or disk is full\. /)])
  report('metadata', null)
  expect(told.slice(1)).toEqual(['can write to /home/ada/larder again.'])
})
