import { LarderError } from '@shared/errors'

/** Whether a message is sent in chunks and no further coding, which is all that node undoes. */
export function isChunkedAlone(transferEncoding: string): boolean {
  return transferEncoding.trim().toLowerCase() === 'chunked'
}

/**
 * Refuses other codings of a request: its body would be taken for what it is not. Throws
 * LarderError `not-implemented` (RFC 9112 §6.1); `bad-request` where nothing says where the body
 * ends (§6.3).
 */
export function checkTransferCoding(transferEncoding: string): void {
  if (isChunkedAlone(transferEncoding))
    return
  if (!/(?:^|,)\s*chunked\s*$/i.test(transferEncoding))
    throw new LarderError('bad-request', 'Transfer-Encoding: the last coding of a request must be chunked.')
  throw new LarderError('not-implemented', 'Transfer-Encoding: only chunked is understood.')
}
