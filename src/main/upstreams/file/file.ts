import type { Attempt, Driver } from '../driver'
import type { ValueFolder } from './folder'
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { createFileBackend } from './backend'
import { dataFolderSentence, isWithin, openFolder } from './folder'
import { createFileSource } from './source'

/** A folder as an upstream. */
export function createFileDriver(home: string): Driver {
  return {
    async open({ values }, { step }) {
      step('resolve')
      const folder = await openFolder(String(values.folder), home)
      return {
        server: 'Folder',
        // It never breaks by itself: each call looks whether the folder is still there.
        ended: new Promise(() => {}),
        close: () => {},
        probe: (write, attempt) => probe(folder, write, attempt),
        source: options => createFileSource(folder, options),
        backend: () => createFileBackend(folder),
      }
    },
    refuse: ({ values }) => isWithin(home, String(values.folder))
      ? { field: 'folder', message: dataFolderSentence }
      : null,
  }
}

async function probe(folder: ValueFolder, write: boolean, { signal, step }: Attempt): Promise<void> {
  step('read')
  const names = folder.names(signal)[Symbol.asyncIterator]()
  await names.next()
  await names.return?.()
  if (!write)
    return
  step('write')
  const name = `larder-test-${randomBytes(8).toString('hex')}`
  await folder.write(name, Buffer.from('larder'), signal)
  await folder.remove(name)
}
