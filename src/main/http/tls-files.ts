import type { SecureContextOptions } from 'node:tls'
import { readFileSync } from 'node:fs'
import { messageOf } from '@shared/errors'

/**
 * Certificate and private key as a server needs them. Throws an Error that names the file which
 * cannot be used, and its variable: what TLS itself says names neither.
 *
 * Loads TLS, which takes time: to be called only by who serves by it.
 */
export async function readTlsFiles(
  files: { certificate: string, key: string },
): Promise<{ cert: Buffer, key: Buffer }> {
  const { createSecureContext } = await import('node:tls')
  const places = {
    certificate: `LARDER_TLS_CERT (${files.certificate})`,
    key: `LARDER_TLS_KEY (${files.key})`,
  }

  function attempt<T>(blame: string, act: () => T): T {
    try {
      return act()
    }
    catch (error) {
      throw new Error(`${blame}; OpenSSL says: ${messageOf(error)}`, { cause: error })
    }
  }
  const accepts = (blame: string, options: SecureContextOptions): void =>
    void attempt(blame, () => createSecureContext(options))

  const cert = attempt(`${places.certificate} cannot be read`, () => readFileSync(files.certificate))
  const key = attempt(`${places.key} cannot be read`, () => readFileSync(files.key))
  accepts(`${places.certificate} has no certificate in PEM that can be used`, { cert })
  accepts(`${places.key} has no private key in PEM that can be used without a passphrase`, { key })
  accepts(`${places.key} is not the private key of ${places.certificate}`, { cert, key })
  return { cert, key }
}
