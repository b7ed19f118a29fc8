import type { Document } from 'bson'
import { Buffer } from 'node:buffer'
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { Binary } from 'bson'
import { CommandFailure } from './values'

const rounds = 4096
const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const refused = (): CommandFailure => new CommandFailure(18, 'AuthenticationFailed', 'Authentication failed.')

/**
 * The other side of SCRAM-SHA-256 (RFC 7677 §3): one conversation.
 *
 * @param passwords of the users
 * @param lies whether it signs with another password, as a server would that does not know it
 */
export function createConversation(passwords: ReadonlyMap<string, string>, lies = false) {
  let first = ''
  let offer = ''
  let salted: Buffer | undefined
  const reply = (text: string, done: boolean): Document =>
    ({ ok: 1, conversationId: 1, done, payload: new Binary(Buffer.from(text)) })

  return {
    start({ mechanism, payload, options }: Document): Document {
      if (mechanism !== 'SCRAM-SHA-256')
        throw new CommandFailure(334, 'MechanismUnavailable', 'Unsupported mechanism')
      if ((options as Document | undefined)?.skipEmptyExchange !== true)
        throw new CommandFailure(2, 'BadValue', 'This server wants skipEmptyExchange')
      const text = Buffer.from((payload as Binary).value()).toString()
      const [, bare = '', user = '', nonce = ''] = /^n,,(n=([^,]+),r=([^,]+))$/.exec(text) ?? []
      const password = passwords.get(user.replaceAll('=2C', ',').replaceAll('=3D', '='))
      const salt = randomBytes(28)
      salted = password === undefined ? undefined : pbkdf2Sync(password, salt, rounds, 32, 'sha256')
      first = bare
      offer = `r=${nonce}${randomBytes(18).toString('base64')},s=${salt.toString('base64')},i=${rounds}`
      return reply(offer, false)
    },
    continue({ payload, conversationId }: Document): Document {
      const text = Buffer.from((payload as Binary).value()).toString()
      const [, bare = '', nonce = '', proof = ''] = /^(c=biws,r=([^,]+)),p=(.+)$/.exec(text) ?? []
      if (salted === undefined || Number(conversationId) !== 1 || !offer.startsWith(`r=${nonce},`))
        throw refused()
      const whole = `${first},${offer},${bare}`
      const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest()
      const signature = hmac(stored, whole)
      const key = Buffer.from(proof, 'base64').map((byte, at) => byte ^ (signature[at] ?? 0))
      if (!createHash('sha256').update(key).digest().equals(stored))
        throw refused()
      const own = lies ? randomBytes(32) : hmac(hmac(salted, 'Server Key'), whole)
      return reply(`v=${own.toString('base64')}`, true)
    },
  }
}
