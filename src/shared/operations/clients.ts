import { Clients, ClientSelect } from '../clients'
import { NoContent, Nothing } from '../schemas'
import { operation } from './spec'

/** Connections of apps that stay: those of the Redis protocol. */
export const clientsOperations = {
  'clients.list': operation({
    method: 'GET',
    path: '/admin/clients',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'The Redis port, the clients that are connected, and the commands that apps sent and Larder does not have.',
    input: Nothing,
    output: Clients,
    errors: [],
  }),
  'clients.disconnect': operation({
    method: 'DELETE',
    path: '/admin/clients/{id}',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 204,
    summary: 'Close a connection of a Redis client; most clients connect again at once.',
    input: ClientSelect,
    output: NoContent,
    errors: ['client-not-found'],
  }),
} as const
