import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Attempt } from './driver'
import { once } from 'node:events'
import { connect, isIP } from 'node:net'
import { SourceError } from '../serving/sources/source'
import { abandoned } from './abort'
import { lookupAmong, resolveHost } from './addresses'

/** Where a socket is to lead: to a port of a host, or to a Unix socket. */
type Place = { host: string, port: number, tls: { ca?: string, plain: string } | null } | { path: string }

/**
 * Opens a socket step by step: resolve, connect, secure. Throws SourceError. When the signal
 * aborts, no socket is left behind, whichever step it was in.
 */
export async function dial(place: Place, attempt: Attempt): Promise<Socket> {
  const { signal, step } = attempt
  if ('path' in place) {
    step('connect')
    return await opened(connect({ path: place.path }), 'connect', signal, error => unreachable(error, place.path))
  }
  const { host, port, tls } = place
  step('resolve')
  const addresses = await resolveHost(host, signal)
  step('connect')
  const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  const plain = connect({
    host,
    port,
    lookup: lookupAmong(addresses),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 10_000,
  })
  const socket = await opened(plain, 'connect', signal, error => unreachable(error, where))
  if (!tls)
    return socket
  step('secure')
  const options: ConnectionOptions = {
    socket,
    rejectUnauthorized: true,
    ...isIP(host) === 0 && { servername: host },
    ...isIP(host) !== 0 && { host },
    ...tls.ca !== undefined && { ca: [tls.ca] },
  }
  // Loaded by whoever needs it: no start should pay for it.
  const { connect: secure } = await import('node:tls')
  return await opened(secure(options), 'secureConnect', signal, error => insecure(error, host, tls.plain))
    .catch((error: unknown) => {
      socket.destroy()
      throw error
    })
}

/** The socket, once the event has come. Destroys it otherwise. */
async function opened<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  sentence: (error: Error & { code?: string }) => string,
): Promise<S> {
  // Beyond the wait below as well, so that no error of a destroyed socket is without a listener.
  socket.on('error', () => {})
  const onClose = (): void => void socket.emit('error', Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
  socket.once('close', onClose)
  try {
    await once(socket, event, { signal })
    return socket
  }
  catch (error) {
    socket.destroy()
    if (signal.aborted)
      throw abandoned()
    throw new SourceError('unreachable', sentence(error as Error), { cause: error })
  }
  finally {
    socket.off('close', onClose)
  }
}

function unreachable(error: Error & { code?: string }, where: string): string {
  // Where a name has several addresses, each has an error of its own.
  const code = error.code ?? (error instanceof AggregateError ? codeOf(error.errors[0]) : undefined)
  switch (code) {
    case 'ECONNREFUSED':
      return `Nothing listens at ${where}.`
    case 'ENOENT':
      return `There is no socket ${where}.`
    case 'EACCES':
      return `Larder may not open ${where}.`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `There is no way to ${where}.`
    case 'ETIMEDOUT':
      return `${where} does not answer.`
    case 'ECONNRESET':
      return `${where} closed the connection at once.`
    default:
      return `${where} cannot be reached: ${code ?? error.message}.`
  }
}

function insecure(error: Error & { code?: string }, host: string, plain: string): string {
  switch (error.code) {
    case 'ECONNRESET':
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `${host} does not speak TLS there. Without TLS the URL begins with ${plain}.`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate there is not one of ${host}.`
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${host} has expired.`
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `This system does not know who signed the certificate of ${host}. Give its CA.`
    default:
      return `TLS with ${host} failed: ${error.code ?? error.message}.`
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
