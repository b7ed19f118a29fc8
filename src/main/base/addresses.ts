/**
 * The name by which this machine reaches the server: its loopback name, unless it is bound to
 * another single address.
 */
export function localName(host: string | null, addresses: readonly string[], usual: string): string {
  if (host === '::' || host === '::1')
    return '[::1]'
  return host === null || host === '0.0.0.0' || host === '127.0.0.1' ? usual : addresses[0] ?? usual
}
