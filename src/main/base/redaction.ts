/** What stands in the log where a secret was. */
export const hidden = '[hidden]'

/** Replaces secrets in texts that are about to be written somewhere. */
export interface Redactor {
  /** Makes a secret known that has no form of its own, such as a password of a connection. */
  note: (secret: string) => void
  /** The text without secrets. Never throws; takes time in proportion to the text. */
  redact: (text: string) => string
}

/**
 * API keys (`lk_`), sessions (`ls_`) and control tokens (`lc_`), cut ones too: most of a secret is
 * as bad as all of it.
 */
const prefixed = String.raw`l[kcs](?:_|%5[Ff])(?:\w|%5[Ff]){8,}`

/**
 * What `randomSecret` makes for leases, one-time codes and the rest: a run of letters and digits of
 * just these lengths. Names of functions in a stack are the only texts that may be alike, so one of
 * them needs a digit or two capitals in a row, as a random text has.
 */
const random = String.raw`(?<![A-Za-z0-9])(?=[A-Za-z0-9]*(?:\d|[A-Z]{2}))(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z])`
  + String.raw`(?:[A-Za-z0-9]{43}|[A-Za-z0-9]{27}|[A-Za-z0-9]{22})(?![A-Za-z0-9])`

const shaped = new RegExp(`${prefixed}|${random}`, 'g')

/** What is not a secret by its form, but by the words before it; these stay. */
const announced = [
  // Headers that carry credentials, up to the end of the line: a cookie has spaces.
  /((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|api-key|x-amz-security-token)(["']?\s*[:=])[^\r\n]+/gi,
  /\b([Bb]earer|[Bb]asic|[Dd]igest|[Nn]egotiate)(\s+)(?=\S*[A-Z0-9=])[\w+/=.~-]{6,}/g,
  /([?&;#](?:api[-_]?key|token|access_token|password|passwd|secret|sig|signature|x-amz-[\w-]+))(=)[^&;#\s"'<>]+/gi,
  /\b(password|passwd|pwd|secret)(["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
  // The user's name may be one as well, where a service knows no passwords.
  // A password in an address may hold a slash that somebody forgot to encode.
  /\b([a-z][a-z\d+.-]{0,20}:)(\/\/)[^\s"'<>@]*(?:@[^\s"'<>@]*)*(?=@)/gi,
]

const privateKey = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----[\s\S]*?(?:-----END \1PRIVATE KEY-----|$)/g
/** As long as the shortest API key that is worth hiding, in base64. */
const packed = /[\w+/-]{24,}/g
const token = /[^\s"'<>]+/g
const octets = /(?:%[0-9A-F]{2})+/gi

/** A shorter secret would also hide words that only look like it. */
const leastNoted = 4
/** More than a server has connections; the oldest goes, so that memory stays bounded. */
const mostNoted = 2000

export function createRedactor(): Redactor {
  const noted = new Set<string>()
  /** Made at the first line after a new secret; null while there is none. */
  let pattern: RegExp | null | undefined = null

  function makePattern(): RegExp | null {
    const spellings = [...noted].flatMap(spellingsOf).sort((a, b) => b.length - a.length)
    return spellings.length === 0 ? null : new RegExp(spellings.map(RegExp.escape).join('|'), 'g')
  }

  function redactOnce(text: string): string {
    pattern = pattern === undefined ? makePattern() : pattern
    let clean = pattern ? text.replace(pattern, hidden) : text
    clean = clean.replace(privateKey, hidden).replace(shaped, hidden)
    for (const words of announced)
      clean = clean.replace(words, `$1$2${hidden}`)
    return clean
  }

  /** A token in percent-encoding or base64 goes as a whole if a secret is found in it. */
  function unpack(text: string): string {
    return text
      .replace(token, found => found.includes('%') && hides(decoded(found)) ? hidden : found)
      .replace(packed, run => [0, 1, 2, 3].some(start =>
        hides(Buffer.from(run.slice(start), 'base64').toString('latin1')))
        ? hidden
        : run)
  }

  const hides = (text: string): boolean => redactOnce(text) !== text

  return {
    note(secret) {
      // A key in several lines may be quoted line by line.
      for (const line of [secret, ...secret.split(/\r?\n/)].filter(({ length }) => length >= leastNoted)) {
        // What has the form of a secret is found without a list.
        if (noted.has(line) || line.replace(shaped, '') === '')
          continue
        noted.add(line)
        pattern = undefined
      }
      for (const oldest of [...noted].slice(0, Math.max(0, noted.size - mostNoted)))
        noted.delete(oldest)
    },
    redact: text => unpack(redactOnce(text)),
  }
}

/** Percent-encoding as far as there is any; octets that are no UTF-8 stay as they are. */
function decoded(text: string): string {
  return text.replace(octets, run => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
}

/** How a secret may be written in a text: as it is, in JSON, a URL, base64 and hex. */
function spellingsOf(secret: string): string[] {
  const hex = Buffer.from(secret).toString('hex')
  const spellings = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap(offset => base64At(offset, secret)),
  ]
  return [...new Set(spellings)].filter(({ length }) => length >= leastNoted)
}

/**
 * The characters of base64 (and of base64url) that depend on nothing but the secret, if so many
 * bytes modulo 3 stand before it: a Basic header has the user's name there.
 */
function base64At(offset: number, secret: string): string[] {
  const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64')
  const clean = text.endsWith('=') ? text.replace(/.=+$/, '') : text
  const core = clean.slice(offset === 0 ? 0 : offset + 1)
  return [core, core.replaceAll('+', '-').replaceAll('/', '_')].filter(({ length }) => length >= 2 * leastNoted)
}
