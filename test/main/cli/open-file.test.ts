import process from 'node:process'
import { expect, it } from 'vitest'
import { openFile } from '../../../src/main/cli/open-file'

const open = (program: string, ...argv: string[]): Promise<void> => openFile('linux', '/page.html', [program, argv])

// Red: in src/main/cli/open-file.ts settle as soon as the opener has started.
it('tells of an opener that is missing or fails, and of none that works', async () => {
  await expect(open('no-such-opener-of-larder')).rejects.toThrow('ENOENT')
  await expect(open(process.execPath, '-e', 'process.exit(3)')).rejects.toThrow('ended with code 3')
  await expect(open(process.execPath, '-e', '0')).resolves.toBeUndefined()
})
