import type { DriverRow, FieldValues } from './driver'
import { z } from 'zod'

const regionSentence = 'Give a region such as eu-west-1.'
const endpointSentence = 'Give the endpoint as a URL such as http://localhost:8000.'
const tableSentence = 'Give the name of a table: 3 to 255 letters, digits, dots, dashes and underscores.'
const regionPattern = /^[a-z]{2,3}(?:-[a-z]+){1,2}-\d{1,2}$/

/** Undefined if it is anything but http(s), a host and a port. */
function parseEndpoint(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isBare = url !== undefined && url.pathname === '/' && url.search === '' && url.hash === ''
    && url.username === '' && url.password === ''
  return isBare && /^https?:$/.test(url.protocol) ? url : undefined
}

/** Where the calls of a connection whose fields have been checked go to. */
export function dynamodbEndpointOf({ endpoint, region }: FieldValues): URL {
  return endpoint === undefined
    ? new URL(`https://dynamodb.${String(region)}.amazonaws.com${String(region).startsWith('cn-') ? '.cn' : ''}`)
    : new URL(String(endpoint))
}

function keyPart(name: string): z.ZodType<string, string> {
  return z.string(`The ${name} must be text.`)
    .min(1, `The ${name} must not be empty; leave it out instead.`)
    .max(256, `The ${name} must be at most 256 characters.`)
}

/**
 * A table of DynamoDB. Its key attribute and its TTL attribute are no fields: the table says which
 * they are.
 */
export const dynamodbDriver = {
  label: 'DynamoDB',
  hint: 'A table of Amazon DynamoDB, or of a server that speaks its protocol',
  fields: {
    table: {
      kind: 'text',
      required: true,
      schema: z.string(tableSentence).regex(/^[\w.-]{3,255}$/, tableSentence),
      label: 'Table',
      hint: 'Name of the table, whose key is one attribute',
      example: 'products',
    },
    region: {
      kind: 'text',
      schema: z.string(regionSentence).regex(regionPattern, regionSentence),
      label: 'Region',
      hint: 'Region of AWS, unless there is an endpoint',
      example: 'eu-west-1',
    },
    endpoint: {
      kind: 'url',
      schema: z.string(endpointSentence).max(2048, endpointSentence)
        .refine(text => parseEndpoint(text) !== undefined, endpointSentence),
      label: 'Endpoint',
      hint: 'Another address than that of the region, such as one of DynamoDB Local',
      example: 'http://localhost:8000',
    },
    accessKeyId: {
      kind: 'secret',
      schema: keyPart('access key ID'),
      label: 'Access key ID',
      hint: 'Needed for AWS; those of the machine are not used',
    },
    secretAccessKey: {
      kind: 'secret',
      schema: keyPart('secret access key'),
      label: 'Secret access key',
      hint: 'Never sent: calls are signed with it',
    },
  },
  place: values => dynamodbEndpointOf(values).origin,
  backend: { formats: ['envelope', 'raw'] },
  check({ region, endpoint }) {
    return region === undefined && endpoint === undefined
      ? { field: 'region', message: 'Give a region or an endpoint for DynamoDB.' }
      : null
  },
  schemes: ['dynamodb', 'dynamodb+http', 'dynamodb+https'],
  fromUrl: fieldsOf,
} as const satisfies DriverRow

/** dynamodb://id:secret@eu-west-1/products and dynamodb+http://id:secret@localhost:8000/products. */
function fieldsOf(text: string): Record<string, unknown> {
  const [, transport, rest] = /^dynamodb(?:\+(https?))?:\/\/(.*)$/i.exec(text) ?? []
  const readable = `${transport ?? 'https'}://${rest ?? ''}`
  const url = URL.canParse(readable) ? new URL(readable) : undefined
  if (!url || url.search !== '' || url.hash !== '')
    return {}
  try {
    const parts = { accessKeyId: url.username, secretAccessKey: url.password, table: url.pathname.slice(1) }
    const given = Object.entries(parts).flatMap(([name, part]) => part === '' ? [] : [[name, decodeURIComponent(part)]])
    const where = transport === undefined ? { region: url.host } : { endpoint: url.origin }
    return { ...where, ...Object.fromEntries(given) }
  }
  catch {
    return {}
  }
}
