import type { DriverRow, FieldValues } from './driver'
import { z } from 'zod'

const hostSentence = 'Memcached needs a host such as localhost:11211.'

/** Where a server of memcached listens. */
interface MemcachedAddress {
  /** Lower case, an IPv6 address without brackets. */
  host: string
  port: number
}

/** Undefined if it is no host with an optional port. */
function parseHost(text: string): MemcachedAddress | undefined {
  const [, six, name, digits = '11211'] = /^(?:\[([\da-f:.]+)\]|([\w.-]{1,253}))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const host = (six ?? name)?.toLowerCase()
  const port = Number(digits)
  return host === undefined || port === 0 || port > 65_535 ? undefined : { host, port }
}

/** The address of a connection whose fields have been checked. */
export function memcachedAddressOf({ hosts }: FieldValues): MemcachedAddress {
  const address = parseHost(String(hosts))
  if (!address)
    throw new TypeError('The host of a memcached connection was not checked')
  return address
}

export const memcachedDriver = {
  label: 'Memcached',
  hint: 'Memcached from 1.6 on, by its meta commands',
  fields: {
    hosts: {
      kind: 'list',
      required: true,
      schema: z.array(z.string(hostSentence).refine(host => parseHost(host) !== undefined, hostSentence), hostSentence)
        .min(1, hostSentence)
        .max(1, 'Give one host; several are not possible yet.'),
      label: 'Hosts',
      hint: 'Host and port; one, as several are not possible yet',
      example: 'localhost:11211',
    },
    user: {
      kind: 'text',
      schema: z.string('The user must be text.').regex(/^[\x21-\x7E]{1,256}$/, 'The user must be 1 to 256 visible characters.'),
      label: 'User',
      hint: 'For servers that ask for one by their text protocol',
      example: 'larder',
    },
    password: {
      kind: 'secret',
      schema: z.string('The password must be text.').regex(/^[\x21-\x7E]{1,256}$/, 'The password must be 1 to 256 visible characters.'),
      label: 'Password',
      hint: 'Sent only to the host and port that it was saved with, without encryption',
    },
  },
  place(values) {
    const { host, port } = memcachedAddressOf(values)
    return `memcached://${host.includes(':') ? `[${host}]` : host}:${port}`
  },
  backend: { formats: ['envelope', 'raw'] },
  schemes: ['memcached'],
  fromUrl: url => fieldsOf(url),
} as const satisfies DriverRow

/** What is not understood stays as it is, for the schema to refuse. */
function fieldsOf(text: string): Record<string, unknown> {
  const [, user, password, host = text] = /^memcached:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^@/]+)\/?$/i.exec(text) ?? []
  return { hosts: [host], ...user && { user: decoded(user) }, ...password && { password: decoded(password) } }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  }
  catch {
    return part
  }
}
