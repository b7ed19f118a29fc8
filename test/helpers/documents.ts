import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const picture = /!\[[^\]]*\]\(([^)\s]+)\)|\b(?:src|srcset)="([^"]+)"/g

/** The documents about the current state. Decisions describe the past and may name old files. */
export const documents = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: root })]

/** Returns a document without its code blocks, which may contain anything. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8').replaceAll(/^```.+?^```/gms, '')
}

/** Returns the paths, relative to the root, of the pictures that a document shows. */
export function picturesOf(path: string): string[] {
  return [...textOf(path).matchAll(picture)].map(([, image, source]) => join(dirname(path), image ?? source ?? ''))
}
