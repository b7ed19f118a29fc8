import type { TestInfo } from '@playwright/test'
import { join } from 'node:path'
import process from 'node:process'
import { documents, picturesOf } from '../helpers/documents'

const shown = new Set(documents.flatMap(picturesOf))

/** Whether to make the pictures of the documents at full length, not only to check the screens. */
export const keep = process.env.LARDER_SCREENSHOTS === '1'

/**
 * Returns where to write a picture: into `docs/images` if pictures are kept and a document shows
 * it, otherwise into the results of the test.
 */
export function picturePath(name: string, testInfo: TestInfo): string {
  const path = `docs/images/${name}`
  return keep && shown.has(path) ? join(import.meta.dirname, '../..', path) : testInfo.outputPath(name)
}
