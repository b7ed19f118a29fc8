import type { SecureContextOptions } from 'node:tls'
import { readFileSync } from 'node:fs'
import { messageOf } from '@shared/errors'
import { fileReason } from '../base/file-reason'

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

  function read(name: keyof typeof places): Buffer {
    try {
      return readFileSync(files[name])
    }
    catch (error) {
      throw new Error(`${places[name]} cannot be read: ${fileReason(error)}`, { cause: error })
    }
  }
  function accepts(blame: string, options: SecureContextOptions): void {
    try {
      createSecureContext(options)
    }
    catch (error) {
      throw new Error(`${blame}; OpenSSL says: ${messageOf(error)}`, { cause: error })
    }
  }

  const [cert, key] = [read('certificate'), read('key')]
  accepts(`${places.certificate} has no certificate in PEM that can be used`, { cert })
  accepts(`${places.key} has no private key in PEM that can be used without a passphrase`, { key })
  accepts(`${places.key} is not the private key of ${places.certificate}`, { cert, key })
  return { cert, key }
}
