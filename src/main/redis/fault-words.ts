import type { ErrorCode, LarderError } from '@shared/errors'

/** The words by which clients of Redis tell errors apart, for ours; others begin with ERR. */
const words: Partial<Record<ErrorCode, (error: LarderError) => string>> = {
  'key-missing': () => 'NOAUTH Authentication required.',
  'out-of-scope': ({ message }) => `NOPERM ${message}`,
  'restoring': ({ message }) => `LOADING ${message}`,
  'too-large': () => 'OOM command not allowed when used memory > \'maxmemory\'.',
  'wrong-kind': () => 'WRONGTYPE Operation against a key holding the wrong kind of value',
  'not-a-number': () => 'ERR value is not an integer or out of range',
  'storage-full': ({ message }) => `MISCONF ${message}`,
}

/** An error of Larder as a client of Redis gets it. */
export function faultWords(error: LarderError): string {
  return oneLine(words[error.code]?.(error) ?? `ERR ${error.message}`)
}

/** An error is one line; other line ends would end it early. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ')
}
