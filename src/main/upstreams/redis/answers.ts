import type { Reply } from '../../base/resp'
import { oversized, ProtocolError, ReplyError } from '../../base/resp'
import { SourceError } from '../../serving/sources/source'

/**
 * What errors of a server mean. Its own sentences are not passed on: some quote the arguments of
 * the command, and so values and secrets.
 */
const sentences: Readonly<Record<string, string>> = {
  NOAUTH: 'The server wants a password.',
  WRONGPASS: 'The server refuses this user or password.',
  NOPERM: 'The user may not do this on the server.',
  DENIED: 'The server is in protected mode and lets nobody in from another machine.',
  LOADING: 'The server is still loading its data.',
  MASTERDOWN: 'The server has lost the one that it copies.',
  READONLY: 'The server is a copy of another and takes no writes.',
  OOM: 'The server has no memory left.',
  MISCONF: 'The server takes no writes, because it cannot save them.',
  BUSY: 'The server is busy with a script.',
  WRONGTYPE: 'The key holds a value of another type.',
  MOVED: 'The server is part of a cluster; give the connection the mode cluster.',
  ASK: 'The server is part of a cluster; give the connection the mode cluster.',
  CLUSTERDOWN: 'The cluster is down.',
  EXECABORT: 'The server refused a part of the command.',
  [oversized.code]: 'The value is larger than Larder keeps.',
}

export function sentenceOfReply({ code, text }: ReplyError): string {
  const known = sentences[code]
  if (known !== undefined)
    return known
  // Older servers and those without a password have no codes for these.
  if (/AUTH/.test(text) && /without any password|no password is set/.test(text))
    return 'The server has no password; leave it out.'
  if (/invalid password/.test(text))
    return 'The server refuses this user or password.'
  if (/DB index|invalid DB/.test(text))
    return 'The server has no database of this number.'
  if (/cluster support disabled/.test(text))
    return 'The server is part of no cluster; give the connection another mode.'
  if (text.startsWith('ERR unknown command'))
    return 'The server does not know the command.'
  return code === '' || code === 'ERR'
    ? 'The server answers with an error.'
    : `The server answers with the error ${code}.`
}

/** The reply, unless it is an error. Throws SourceError `refused`. */
export function demand(reply: Reply | undefined): Exclude<Reply, ReplyError> {
  if (reply === undefined)
    throw new ProtocolError('A reply is missing')
  if (reply instanceof ReplyError)
    throw new SourceError('refused', sentenceOfReply(reply))
  return reply
}
