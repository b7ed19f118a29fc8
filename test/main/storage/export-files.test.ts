import { promises } from 'node:fs'
import { expect, it, onTestFinished, vi } from 'vitest'
import { silentLogger } from '../../../src/main/base/logger'
import { createExportFiles } from '../../../src/main/storage/export-files'
import { temporaryFolder } from '../../helpers/folder'

// Red: in src/main/storage/export-files.ts append to the file.
it('what a full disk took of a part that failed is written over when it is sent again', async () => {
  const files = createExportFiles({ home: temporaryFolder(), logger: silentLogger })
  onTestFinished(() => void files.dispose())
  const file = await files.create()
  await file.write('begin ')
  const prototype = Object.getPrototypeOf(await promises.open(import.meta.filename)) as promises.FileHandle
  const { write } = prototype
  let writes = 0
  const spy = vi.spyOn(prototype, 'write')
  spy.mockImplementation(function (this: promises.FileHandle, ...given: unknown[]) {
    writes++
    if (writes === 2)
      return Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
    const [data, offset, , position] = given as [Buffer, number, number, number]
    return Reflect.apply(write, this, [data, offset, 2, position]) as never
  })
  await expect(file.write('part')).rejects.toMatchObject({ code: 'storage-full' })
  spy.mockRestore()
  expect(file.bytes).toBe(6)
  await file.write('PART!')
  expect(String(await file.read(0, 100))).toBe('begin PART!')
})
