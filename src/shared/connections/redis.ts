import type { DriverRow, FieldValues } from './driver'
import type { RedisAddress, RedisHost } from './redis-url'
import { z } from 'zod'
import { invalidField } from '../errors'
import { ConnectionAuthority, ConnectionPassword, ConnectionUser } from './credentials'
import { bareRedisUrl, fieldsOfRedisGroup, parseRedisHost, parseRedisUrl, redisHostText } from './redis-url'

const urlSentence = 'Redis needs a URL such as redis://localhost:6379.'
const nodeSentence = 'Each of the nodes must be a host such as localhost:6379.'
const masterSentence = 'The name of the master must be 1 to 128 letters, digits, dots, hyphens or underscores.'
const nodesMax = 16

const modes = {
  standalone: 'One server',
  cluster: 'Cluster: the nodes share the keys',
  sentinel: 'Sentinel: sentinels name the server',
} as const
type RedisMode = keyof typeof modes

export function redisModeOf({ mode }: FieldValues): RedisMode {
  return mode === 'cluster' || mode === 'sentinel' ? mode : 'standalone'
}

/** The port where a host names none. */
function usualPortOf(mode: unknown): number {
  return mode === 'sentinel' ? 26_379 : 6379
}

/** The address of a connection whose fields have been checked: that of the first sentinel, too. */
export function redisAddressOf({ url, mode }: FieldValues): RedisAddress {
  const address = parseRedisUrl(String(url), usualPortOf(mode))
  if (!address)
    throw new TypeError('The URL of a Redis connection was not checked')
  return address
}

/** All hosts of such a connection: of its URL, and of its nodes. */
export function redisHostsOf(values: FieldValues): RedisHost[] {
  const { host, port } = redisAddressOf(values)
  const more = [values.nodes ?? []].flat().flatMap(node => parseRedisHost(node, usualPortOf(values.mode)) ?? [])
  return [{ host, port }, ...more]
}

function problemOfMode(values: FieldValues): { field: string, message: string } | null {
  const mode = redisModeOf(values)
  const { scheme, database } = redisAddressOf(values)
  if (mode !== 'standalone' && scheme === 'unix')
    return { field: 'url', message: 'A cluster and sentinels need a URL with redis:// or rediss://.' }
  if (mode === 'cluster' && database !== 0)
    return { field: 'url', message: 'A cluster has only the database 0.' }
  if (mode === 'standalone' && values.nodes !== undefined)
    return { field: 'nodes', message: 'Further nodes need the mode cluster or sentinel.' }
  if (mode === 'sentinel' && values.masterName === undefined)
    return { field: 'masterName', message: 'Give the name by which the sentinels know the master, such as mymaster.' }
  return mode !== 'sentinel' && values.masterName !== undefined
    ? { field: 'masterName', message: 'This needs the mode sentinel.' }
    : null
}

export const redisDriver = {
  label: 'Redis',
  hint: 'Redis, Valkey, or a server that speaks their protocol',
  fields: {
    url: {
      kind: 'url',
      required: true,
      schema: z.string(urlSentence).max(2048, urlSentence).refine(url => parseRedisUrl(url) !== undefined, urlSentence),
      label: 'URL',
      hint: 'redis://, rediss:// with TLS, or unix:// and the path of a socket; a number behind the host chooses the database',
      example: 'redis://localhost:6379',
    },
    mode: {
      kind: 'choice',
      choices: modes,
      schema: z.enum(['standalone', 'cluster', 'sentinel'], 'The mode must be standalone, cluster or sentinel.'),
      label: 'Mode',
      hint: 'What the URL leads to: one server, a node of a cluster, or a sentinel',
    },
    nodes: {
      kind: 'list',
      schema: z.array(z.string(nodeSentence), nodeSentence)
        .min(1, nodeSentence)
        .max(nodesMax, `Give at most ${nodesMax} nodes.`)
        // Of all of them, so that it is said beside the field.
        .refine(nodes => nodes.every(node => parseRedisHost(node) !== undefined), nodeSentence),
      when: { field: 'mode', among: ['cluster', 'sentinel'] },
      label: 'Further nodes',
      hint: 'Further nodes of the cluster, or further sentinels, which are asked while the first is away',
      example: 'b.example:6379, c.example:6379',
    },
    masterName: {
      kind: 'text',
      schema: z.string(masterSentence).regex(/^[\w.-]{1,128}$/, masterSentence),
      when: { field: 'mode', among: ['sentinel'] },
      label: 'Master name',
      hint: 'The name by which the sentinels know the server',
      example: 'mymaster',
    },
    user: {
      kind: 'text',
      schema: ConnectionUser,
      label: 'User',
      hint: 'User of the server\'s access list; without one Redis takes its default user',
      example: 'larder',
    },
    password: {
      kind: 'secret',
      schema: ConnectionPassword,
      label: 'Password',
      hint: 'Sent only to the scheme, host and port that it was saved with, and to servers that the cluster or the sentinels there name',
    },
    sentinelPassword: {
      kind: 'secret',
      schema: ConnectionPassword,
      when: { field: 'mode', among: ['sentinel'] },
      label: 'Sentinel password',
      hint: 'Where they ask for one',
    },
    ca: {
      kind: 'certificate',
      schema: ConnectionAuthority,
      label: 'CA',
      hint: 'Certificate in PEM form that signed the server\'s, where the system does not know it; for rediss://',
    },
  },
  place(values) {
    const { scheme, ...address } = redisAddressOf(values)
    const mode = redisModeOf(values)
    if (mode === 'standalone')
      return bareRedisUrl({ ...address, scheme, database: 0 })
    const hosts = redisHostsOf(values).map(redisHostText).join()
    return `${scheme}+${mode}://${hosts}${values.masterName === undefined ? '' : `/${String(values.masterName)}`}`
  },
  separate(given) {
    const address = typeof given.url === 'string' ? parseRedisUrl(given.url, usualPortOf(given.mode)) : undefined
    if (!address)
      return { ...given }
    const { user, password } = address
    if (password !== undefined && typeof given.password === 'string')
      throw invalidField('password', 'Give the password once: in the URL or by itself.')
    if (user !== undefined && typeof given.user === 'string' && given.user !== user)
      throw invalidField('user', 'The URL names another user.')
    return {
      ...given,
      url: bareRedisUrl(address),
      ...user !== undefined && { user },
      ...password !== undefined && { password },
    }
  },
  check(values) {
    const problem = problemOfMode(values)
    if (problem)
      return problem
    return values.ca === undefined || redisAddressOf(values).scheme === 'rediss'
      ? null
      : { field: 'ca', message: 'A CA needs a URL with rediss://.' }
  },
  backend: { formats: ['envelope', 'raw'], tells: true },
  schemes: ['redis', 'rediss', 'unix', 'redis+cluster', 'rediss+cluster', 'redis+sentinel', 'rediss+sentinel'],
  fromUrl: url => fieldsOfRedisGroup(url) ?? { url },
} as const satisfies DriverRow
