import type { FilePart } from '@shared/jobs'
import type { z } from 'zod'
import type { ReadableFile } from '../../base/readable-file'
import { limits } from '@shared/limits'
import { mostTrailing, startOfCharacter } from '../../base/bytes-in-json'

/** The text of a file from this place on, as much as fits into an answer; whole characters. */
export async function readPart(file: ReadableFile, from: number): Promise<z.output<typeof FilePart>> {
  const data = await file.read(from, limits.jobPart + mostTrailing)
  const end = data.length > limits.jobPart ? startOfCharacter(data, limits.jobPart) : data.length
  const next = from + end
  return { text: data.toString('utf8', 0, end), next: next < file.bytes ? next : null }
}
