import { LarderError } from '@shared/errors'

/**
 * Refuses codings of a request besides chunks, which are all that node undoes: its body would be
 * taken for what it is not. Throws LarderError `not-implemented` (RFC 9112 §6.1); `bad-request`
 * where nothing says where the body ends (§6.3).
 */
export function checkTransferCoding(transferEncoding: string): void {
  if (transferEncoding.trim().toLowerCase() === 'chunked')
    return
  if (!/(?:^|,)\s*chunked\s*$/i.test(transferEncoding))
    throw new LarderError('bad-request', 'Transfer-Encoding: the last coding of a request must be chunked.')
  throw new LarderError('not-implemented', 'Transfer-Encoding: only chunked is understood.')
}
