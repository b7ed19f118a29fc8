import type { DriverRow, FieldValues } from './driver'
import type { MongodbUrl } from './mongodb-url'
import { z } from 'zod'
import { invalidField } from '../errors'
import { ConnectionAuthority, ConnectionPassword, ConnectionUser } from './credentials'
import { bareMongodbUrl, hostText, parseMongodbUrl } from './mongodb-url'

const urlSentence = 'MongoDB needs a URL such as mongodb://localhost:27017.'
const optionSentence = 'Larder does not know an option of this URL. It knows tls, replicaSet, authSource, directConnection and w.'
const databaseSentence = 'Give the name of a database: 1 to 63 characters, without spaces and without / \\ . " $ * < > : | ?.'
const collectionSentence = 'Give the name of a collection: 1 to 120 characters, without $, and not beginning with system.'
const keyFieldSentence = 'Give the name of one field: 1 to 120 characters, without dots, and not beginning with $.'

/** What is not a name of the key field, since values have it themselves. */
const takenFields = ['value', 'contentType', 'expiresAt']

/** A URL without what has a field of its own. Throws LarderError if it says otherwise than this. */
function separated(given: Readonly<Record<string, unknown>>, url: MongodbUrl): Record<string, unknown> {
  const { user, password, database, collection, keyField } = url
  if (password !== undefined && typeof given.password === 'string')
    throw invalidField('password', 'Give the password once: in the URL or by itself.')
  const own = { user, database, collection, keyField }
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && typeof given[name] === 'string' && given[name] !== value)
      throw invalidField(name, `The URL names another ${name === 'keyField' ? 'key field' : name}.`)
  }
  const found = Object.entries({ ...own, password }).filter(([, value]) => value !== undefined)
  const signsIn = user !== undefined || typeof given.user === 'string'
  return {
    ...given,
    ...Object.fromEntries(found),
    // Where a URL names a database and a user, this is the database that knows the user.
    url: bareMongodbUrl({ ...url, authSource: url.authSource ?? (signsIn ? database : undefined) }),
  }
}

/** The address of a connection whose fields have been checked. */
export function mongodbAddressOf({ url }: FieldValues): MongodbUrl {
  const address = parseMongodbUrl(String(url))
  if (!address)
    throw new TypeError('The URL of a MongoDB connection was not checked')
  return address
}

/** Where the documents of such a connection are. */
export function mongodbPlaceOf(values: FieldValues): { database: string, collection: string, keyField: string } {
  return {
    database: String(values.database ?? 'larder'),
    collection: String(values.collection ?? 'cache'),
    keyField: String(values.keyField ?? '_id'),
  }
}

export const mongodbDriver = {
  label: 'MongoDB',
  hint: 'A collection of MongoDB from 4.4 on, or of a server that speaks its protocol',
  fields: {
    url: {
      kind: 'url',
      required: true,
      schema: z.string(urlSentence).max(2048, urlSentence)
        .refine(url => parseMongodbUrl(url) !== undefined, urlSentence),
      label: 'URL',
      hint: 'mongodb:// with all hosts of a replica set, or mongodb+srv://; the option tls=true asks for TLS',
      example: 'mongodb://localhost:27017',
    },
    database: {
      kind: 'text',
      schema: z.string(databaseSentence).regex(/^[^\s/\\."$*<>:|?\0]{1,63}$/, databaseSentence),
      label: 'Database',
      hint: 'Name of the database; larder if none is given',
      example: 'shop',
    },
    collection: {
      kind: 'text',
      schema: z.string(collectionSentence).regex(/^(?!system\.)[^$\0]{1,120}$/, collectionSentence),
      label: 'Collection',
      hint: 'Name of the collection; cache if none is given',
      example: 'products',
    },
    keyField: {
      kind: 'text',
      schema: z.string(keyFieldSentence).regex(/^[^$.\0][^.\0]{0,119}$/, keyFieldSentence),
      label: 'Key field',
      hint: 'Field that holds the key; _id if none is given',
      example: 'sku',
    },
    user: {
      kind: 'text',
      schema: ConnectionUser,
      label: 'User',
      hint: 'User who signs in by SCRAM-SHA-256',
      example: 'larder',
    },
    password: {
      kind: 'secret',
      schema: ConnectionPassword,
      label: 'Password',
      hint: 'Never sent, and used only with the hosts that it was saved with',
    },
    ca: {
      kind: 'certificate',
      schema: ConnectionAuthority,
      label: 'CA',
      hint: 'Certificate in PEM form that signed the server\'s, where the system does not know it; for TLS',
    },
  },
  place(values) {
    const { scheme, hosts, tls } = mongodbAddressOf(values)
    return `${scheme}://${hosts.map(hostText).join()}${tls ? '/?tls=true' : ''}`
  },
  separate(given) {
    const url = typeof given.url === 'string' ? parseMongodbUrl(given.url) : undefined
    return url ? separated(given, url) : { ...given }
  },
  check(values) {
    const { tls, isKnown } = mongodbAddressOf(values)
    if (!isKnown)
      return { field: 'url', message: optionSentence }
    if (values.ca !== undefined && !tls)
      return { field: 'ca', message: 'A CA needs a URL with tls=true, or mongodb+srv://.' }
    const { keyField } = mongodbPlaceOf(values)
    return takenFields.includes(keyField)
      ? { field: 'keyField', message: `The key field cannot be ${keyField}, in which Larder keeps something else.` }
      : null
  },
  backend: { formats: ['envelope', 'raw'] },
  schemes: ['mongodb', 'mongodb+srv'],
  fromUrl: url => ({ url }),
} as const satisfies DriverRow
