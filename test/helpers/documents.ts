import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const picture = /!\[[^\]]*\]\(([^)\s]+)\)|\b(?:src|srcset)="([^"]+)"/g

/**
 * What people read as it is today. Decisions tell how it was: they may name files that are gone.
 */
export const documents = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: root })]

/** A document without its blocks of code, which may hold anything. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8').replaceAll(/^```.+?^```/gms, '')
}

/** Paths, from the root, of the pictures that a document shows. */
export function picturesOf(path: string): string[] {
  return [...textOf(path).matchAll(picture)].map(([, image, source]) => join(dirname(path), image ?? source ?? ''))
}
