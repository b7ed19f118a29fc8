import { messageOf } from '@shared/errors'

/** Codes of node:fs, and what each says of a file, in the middle of a sentence. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'your user may not read it',
  EPERM: 'your user may not read it',
}

/** Why a file could not be read. */
export function fileReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return (Object.hasOwn(reasons, code) ? reasons[code] : undefined) ?? messageOf(error)
}
