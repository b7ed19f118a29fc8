import type { DriverRow, FieldValue, FieldValues } from './driver'
import { z } from 'zod'
import { invalidField } from '../errors'
import { ConnectionAuthority } from './credentials'

const place = '{key}'
const urlSentence = `HTTP needs a URL with ${place} in its path or query, such as https://api.example.com/products/${place}.`
const headerSentence = 'Write each header field as Name: value, one a line.'

/** Fields that say where a request goes and how it is framed, which are not for a person to set. */
const ownFields: ReadonlySet<string> = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect'],
  ...['accept-encoding', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'range'],
])

/** Stands for a key where it has to be seen which part of a URL it is in. */
const sample = 'larder-key-0'

/** The URL with a sample in place of the key; undefined if it is no such template. */
function parseTemplate(text: string): URL | undefined {
  const [before = '', after, ...more] = text.split(place)
  const filled = `${before}${sample}${after}`
  const url = after !== undefined && more.length === 0 && URL.canParse(filled) ? new URL(filled) : undefined
  // A URL may be written in other ways as well, of which nobody would see where its parts end.
  const isPlain = /^https?:\/\/[^\\]+$/i.test(text) && !/[^\x21-\x7E]/.test(text)
  return url && isPlain && url.hash === '' && `${url.pathname}${url.search}`.includes(sample) ? url : undefined
}

/** What is wrong with text that is no such template. */
function whyNoTemplate(text: string): string {
  const [, after, ...more] = text.split(place)
  if (more.length > 0)
    return `Write ${place} once: the rest of the URL is the same for every key.`
  return after !== undefined && after.includes('#')
    ? 'No server gets what stands behind #: leave it out.'
    : urlSentence
}

/** A header field as its line says; undefined if it is none that may be set. */
function parseHeader(line: string): [name: string, value: string] | undefined {
  const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+):([\t\x20-\x7E]*)$/.exec(line.trim()) ?? []
  return name === '' || ownFields.has(name.toLowerCase()) ? undefined : [name, value.trim()]
}

function linesOf(text: string): string[] {
  return text.split('\n').map(line => line.trim()).filter(line => line !== '')
}

/** The header fields of text that has been checked; none if there is no text. */
export function headerLinesOf(text: FieldValue | undefined): [name: string, value: string][] {
  return linesOf(String(text ?? '')).flatMap((line) => {
    const header = parseHeader(line)
    return header ? [header] : []
  })
}

/** Where a key of a connection whose fields have been checked is; `segment` is percent-encoded. */
export function httpUrlOf({ url }: FieldValues, segment: string): URL {
  return new URL(String(url).replace(place, () => segment))
}

const HeaderLines = z.string(headerSentence)
  .min(1, headerSentence)
  .max(8192, 'The header fields must be at most 8,192 characters.')
  .refine(text => linesOf(text).every(line => parseHeader(line) !== undefined), {
    error: ({ input }) => {
      const wrong = linesOf(String(input)).find(line => parseHeader(line) === undefined) ?? ''
      const [name = ''] = wrong.split(':', 1)
      return ownFields.has(name.toLowerCase()) ? `Larder sets ${name} itself.` : headerSentence
    },
  })

/** User and password as a header field (RFC 7617). Throws LarderError `invalid-input`. */
function basicOf({ username, password }: URL): string {
  try {
    const bytes = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
    return `Authorization: Basic ${btoa(String.fromCharCode(...bytes))}`
  }
  catch {
    throw invalidField('url', 'The user or the password is badly encoded.')
  }
}

export const httpDriver = {
  label: 'HTTP',
  hint: 'An API that answers GET with the value; caches can only read it',
  fields: {
    url: {
      kind: 'url',
      required: true,
      schema: z.string(urlSentence).max(2048, urlSentence).refine(url => parseTemplate(url) !== undefined, {
        error: ({ input }) => whyNoTemplate(String(input)),
      }),
      label: 'URL',
      hint: `Where a value is: ${place} stands for the key at the source, in the path or the query`,
      example: `https://api.example.com/products/${place}`,
    },
    headers: {
      kind: 'lines',
      schema: HeaderLines,
      label: 'Header fields',
      hint: 'What each request has besides, one a line',
      example: 'Accept: application/json',
    },
    secretHeaders: {
      kind: 'secret',
      schema: HeaderLines,
      label: 'Secret header',
      hint: 'Such as Authorization: Bearer and a token; sent only to the scheme, host and port that it was saved with',
    },
    ca: {
      kind: 'certificate',
      schema: ConnectionAuthority,
      label: 'CA',
      hint: 'Certificate in PEM form that signed the server\'s, where the system does not know it; for https://',
    },
  },
  place: values => httpUrlOf(values, sample).origin,
  separate(given) {
    const url = typeof given.url === 'string' ? parseTemplate(given.url) : undefined
    if (!url || (url.username === '' && url.password === ''))
      return { ...given }
    if (typeof given.secretHeaders === 'string')
      throw invalidField('secretHeaders', 'Give the password once: in the URL or as a header field.')
    // The last @ of the authority ends them (WHATWG URL §4.4).
    return { ...given, url: String(given.url).replace(/\/\/[^/?#]*@/, '//'), secretHeaders: basicOf(url) }
  },
  check(values) {
    return values.ca === undefined || httpUrlOf(values, sample).protocol === 'https:'
      ? null
      : { field: 'ca', message: 'A CA needs a URL with https://.' }
  },
  readOnly: true,
  schemes: ['http', 'https'],
  fromUrl: url => ({ url }),
} as const satisfies DriverRow
