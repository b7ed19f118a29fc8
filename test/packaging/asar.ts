import type { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** A file in the archive's header. `offset` is decimal text, because it may exceed 2^53. */
interface FileHeader { size: number, offset?: string, unpacked?: true, integrity: { hash: string } }
interface FolderHeader { files: Record<string, FileHeader | FolderHeader> }

export interface Archive {
  /** Paths of its files, including those outside of it (`app.asar.unpacked`). */
  files: string[]
  /** Those of the files that are outside. */
  unpacked: string[]
  /** Writes everything to a folder. Throws if a file does not match the hash in the header. */
  extract: (folder: string) => void
}

/**
 * Reads Electron's archive format independently of the packer: a Chromium pickle (three lengths of
 * 4 bytes around the header's JSON), followed by the files one after another.
 */
export function readArchive(path: string): Archive {
  const bytes = readFileSync(path)
  const start = 8 + bytes.readUInt32LE(4)
  const header = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12))) as FolderHeader
  const entries = [...walk(header, '')]

  function read(name: string, { size, offset, unpacked }: FileHeader): Buffer {
    if (unpacked)
      return readFileSync(join(`${path}.unpacked`, name))
    const from = start + Number(offset)
    return bytes.subarray(from, from + size)
  }

  return {
    files: entries.map(([name]) => name),
    unpacked: entries.filter(([, { unpacked }]) => unpacked).map(([name]) => name),
    extract(folder) {
      for (const [name, file] of entries) {
        const content = read(name, file)
        if (createHash('sha256').update(content).digest('hex') !== file.integrity.hash)
          throw new Error(`${name} is not what the archive's header says.`)
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), content)
      }
    },
  }
}

function* walk({ files }: FolderHeader, folder: string): Generator<[string, FileHeader]> {
  for (const [name, entry] of Object.entries(files)) {
    if ('files' in entry)
      yield* walk(entry, `${folder}${name}/`)
    else
      yield [normalize(`${folder}${name}`), entry]
  }
}
