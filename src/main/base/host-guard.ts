import type { Listening } from './listen'
import { LarderError } from '@shared/errors'

/**
 * A name or an IPv4 address, or an IPv6 address in brackets, with an optional port (RFC 9110 §7.2,
 * RFC 3986 §3.2.2).
 */
const wellFormed = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::(\d{1,5}))?$/i

export interface HostGuard {
  /** Throws LarderError `bad-host` (400) or `misdirected` (421, RFC 9110 §15.5.20). */
  check: (host: string, count: number) => void
  /** Whether a browser's Origin is this server. */
  isOwnOrigin: (origin: string) => boolean
}

/** The guard of a server that listens: by its own address too, if it was given one (`host`). */
export function guardListening(
  { port, addresses }: Pick<Listening, 'port' | 'addresses'>,
  host: string | null,
  { secure, names }: { secure: boolean, names: readonly string[] },
): HostGuard {
  const own = host === null || /^(?:0\.0\.0\.0|::)$/.test(host) ? [] : [`${addresses[0]}:${port}`]
  return createHostGuard({ port, secure, names: [...names, ...own] })
}

/**
 * Protects against web pages that point a name of their own at 127.0.0.1 (DNS rebinding): accepts
 * only our names, with our port.
 *
 * @param options.names further names: `host` (with any port) or `host:port`
 */
export function createHostGuard(options: { port: number, secure: boolean, names: readonly string[] }): HostGuard {
  const { port, secure } = options
  const defaultPort = secure ? 443 : 80
  const exact = new Set<string>()
  const anyPort = new Set<string>()
  for (const name of ['localhost', '127.0.0.1', '[::1]']) {
    exact.add(`${name}:${port}`)
    if (port === defaultPort)
      exact.add(name)
  }
  for (const name of options.names)
    (/:\d+$/.test(name) ? exact : anyPort).add(name.toLowerCase())

  function accepted(host: string): boolean {
    return exact.has(host) || (anyPort.size > 0 && anyPort.has(host.replace(/:\d+$/, '')))
  }

  return {
    check(host, count) {
      if (count === 1 && (exact.has(host) || accepted(host.toLowerCase())))
        return
      if (count !== 1)
        throw new LarderError('bad-host', count === 0 ? 'Host: is missing' : 'Host: is given more than once')
      const parts = wellFormed.exec(host)
      if (!parts || Number(parts[1] ?? 0) > 65535)
        throw new LarderError('bad-host', 'Host: must be a name or an address with an optional port')
      throw new LarderError(
        'misdirected',
        `This server does not accept this Host. It accepts localhost:${port}; LARDER_ALLOWED_HOSTS adds others.`,
      )
    },
    isOwnOrigin(origin) {
      const scheme = secure ? 'https://' : 'http://'
      return origin.startsWith(scheme) && accepted(origin.slice(scheme.length).toLowerCase())
    },
  }
}
