import * as c from '../connections/schemas'
import { NoContent, Nothing } from '../schemas'
import { operation } from './spec'

/**
 * Connections to other servers. They concern everybody, because a server that opens addresses for
 * others is a way into a network.
 */
export const connectionsOperations = {
  'connections.list': operation({
    method: 'GET',
    path: '/admin/connections',
    scope: 'admin',
    reach: 'server',
    mutates: false,
    status: 200,
    summary: 'List the connections with their state, without their secrets.',
    input: Nothing,
    output: c.ConnectionInfo.array(),
    errors: [],
  }),
  'connections.create': operation({
    method: 'POST',
    path: '/admin/connections',
    scope: 'admin',
    reach: 'server',
    mutates: true,
    status: 201,
    summary: 'Save a connection; its secrets go to the vault. It is opened when it is first used.',
    input: c.ConnectionCreate,
    output: c.ConnectionInfo,
    errors: ['name-taken', 'quota-reached', 'vault-unavailable', 'overloaded', 'storage-full'],
  }),
  'connections.get': operation({
    method: 'GET',
    path: '/admin/connections/{name}',
    scope: 'admin',
    reach: 'server',
    mutates: false,
    status: 200,
    summary: 'Read one connection.',
    input: c.ConnectionSelect,
    output: c.ConnectionInfo,
    errors: ['connection-not-found'],
  }),
  'connections.update': operation({
    method: 'PATCH',
    path: '/admin/connections/{name}',
    scope: 'admin',
    reach: 'server',
    mutates: true,
    status: 200,
    summary: 'Change fields of a connection; another scheme, host or port needs its secrets again.',
    input: c.ConnectionUpdate,
    output: c.ConnectionInfo,
    errors: [
      'connection-not-found',
      'protected',
      'secret-unavailable',
      'vault-unavailable',
      'overloaded',
      'storage-full',
    ],
  }),
  'connections.delete': operation({
    method: 'DELETE',
    path: '/admin/connections/{name}',
    scope: 'admin',
    reach: 'server',
    mutates: true,
    status: 204,
    summary: 'Close and delete a connection with its secrets, unless caches use it.',
    input: c.ConnectionSelect,
    output: NoContent,
    errors: ['connection-not-found', 'connection-in-use', 'protected', 'overloaded', 'storage-full'],
  }),
  'connections.test': operation({
    method: 'POST',
    path: '/admin/connections/{name}/test',
    scope: 'admin',
    reach: 'server',
    mutates: true,
    status: 200,
    summary: 'Try a connection step by step, as it is saved or as the body says. Saves nothing.',
    input: c.ConnectionTest,
    output: c.ConnectionResult,
    errors: ['connection-not-found', 'secret-unavailable', 'vault-unavailable', 'overloaded'],
  }),
} as const
