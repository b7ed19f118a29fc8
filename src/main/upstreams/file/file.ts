import type { Driver, Progress } from '../driver'
import type { Folder } from './folder'
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { dataFolderSentence, isWithin, openFolder } from './folder'
import { createFileSource } from './source'

/** A folder as an upstream. It has no compare-and-set, as file systems have none. */
export function createFileDriver(home: string): Driver {
  return {
    abilities: new Set(['write', 'list']),
    async open({ values }, { step }) {
      step('resolve')
      const folder = await openFolder(String(values.folder), home)
      return {
        server: 'Folder',
        // It never breaks by itself: each call looks whether the folder is still there.
        ended: new Promise(() => {}),
        close: () => {},
        probe: (write, progress) => probe(folder, write, progress),
        source: options => createFileSource(folder, options),
      }
    },
    refuse: ({ values }) => isWithin(home, String(values.folder))
      ? { field: 'folder', message: dataFolderSentence }
      : null,
  }
}

async function probe(folder: Folder, write: boolean, { signal, step }: Progress): Promise<void> {
  step('read')
  for await (const _ of folder.names(signal))
    break
  if (!write)
    return
  step('write')
  const name = `larder-test-${randomBytes(8).toString('hex')}`
  await folder.write(name, Buffer.from('larder'), signal)
  await folder.remove(name)
}
