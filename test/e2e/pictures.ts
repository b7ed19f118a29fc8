import type { TestInfo } from '@playwright/test'
import { join } from 'node:path'
import process from 'node:process'
import { documents, picturesOf } from '../helpers/documents'

const shown = new Set(documents.flatMap(picturesOf))

/**
 * Whether the pictures of the documents are being made, in full length; otherwise a test only looks
 * at the screens.
 */
export const keep = process.env.LARDER_SCREENSHOTS === '1'

/**
 * Where a picture is written: into `docs/images` if it is kept and a document shows it, otherwise
 * to the results of the test.
 */
export function picturePath(name: string, testInfo: TestInfo): string {
  const path = `docs/images/${name}`
  return keep && shown.has(path) ? join(import.meta.dirname, '../..', path) : testInfo.outputPath(name)
}
