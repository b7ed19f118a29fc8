import type { ErrorCode } from '@shared/errors'

/** Errors that the guards in front of every operation may answer. */
export function guardErrors({ open, scoped, mutates }: {
  open: boolean
  scoped: boolean
  mutates: boolean
}): ErrorCode[] {
  return [
    'bad-request',
    'bad-host',
    ...(open ? [] : ['key-missing', 'key-invalid'] as const),
    ...(mutates ? ['cross-origin'] as const : []),
    ...(scoped ? ['out-of-scope'] as const : []),
    'uri-too-long',
    'misdirected',
    'headers-too-large',
    'not-implemented',
    'internal',
  ]
}
