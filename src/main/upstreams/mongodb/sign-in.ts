import type { Document } from 'bson'
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Binary } from 'bson'
import { SourceError } from '../../serving/sources/source'

const derive = promisify(pbkdf2)
const hash = 'sha256'
const hashLength = 32
/** What a server may ask for: fewer would be weak, and more would keep this machine busy. */
const leastRounds = 4096
const mostRounds = 1_000_000

type Run = (command: Document) => Promise<Document>

/**
 * Signs in by SCRAM-SHA-256 (RFC 5802, RFC 7677). The password is never sent, and the server has to
 * prove that it knows it, too. Throws SourceError.
 */
export async function signIn({ user, password }: { user: string, password: string }, run: Run): Promise<void> {
  const nonce = randomBytes(24).toString('base64')
  const first = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  const begun = await run({
    saslStart: 1,
    mechanism: 'SCRAM-SHA-256',
    payload: new Binary(Buffer.from(`n,,${first}`)),
    options: { skipEmptyExchange: true },
  })
  const offer = textOf(begun.payload)
  const [, theirs = '', salt = '', digits] = /^r=([^,]+),s=([\w+/=]+),i=(\d{1,9})$/.exec(offer) ?? []
  const rounds = Number(digits ?? 0)
  if (!theirs.startsWith(nonce) || theirs.length === nonce.length || rounds < leastRounds || rounds > mostRounds)
    throw strange()
  const salted = await derive(prepared(password), Buffer.from(salt, 'base64'), rounds, hashLength, hash)
  const clientKey = hmac(salted, 'Client Key')
  const bare = `c=biws,r=${theirs}`
  const whole = `${first},${offer},${bare}`
  const signature = hmac(createHash(hash).update(clientKey).digest(), whole)
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)))
  const ended = await run({
    saslContinue: 1,
    conversationId: begun.conversationId as unknown,
    payload: new Binary(Buffer.from(`${bare},p=${proof.toString('base64')}`)),
  })
  const expected = hmac(hmac(salted, 'Server Key'), whole)
  const proven = Buffer.from(/^v=([\w+/=]+)$/.exec(textOf(ended.payload))?.[1] ?? '', 'base64')
  if (proven.length !== expected.length || !timingSafeEqual(proven, expected) || ended.done !== true)
    throw strange()
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac(hash, key).update(text).digest()
}

function textOf(payload: unknown): string {
  return payload instanceof Binary ? Buffer.from(payload.value()).toString('latin1') : ''
}

function strange(): SourceError {
  return new SourceError('refused', 'The server does not prove that it knows the password.')
}

/**
 * A password as SASLprep (RFC 4013) writes it: all spaces are alike, and invisible signs, such as
 * soft hyphens, do not count.
 */
function prepared(password: string): string {
  return password.replaceAll(/\p{Zs}/gu, ' ').replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '').normalize('NFKC')
}
