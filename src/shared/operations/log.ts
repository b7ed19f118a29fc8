import { Nothing } from '../schemas'
import { Diagnostics, LogPage, LogQuery } from '../server-log'
import { operation } from './spec'

/** What the server writes about itself. */
export const logOperations = {
  'logs.list': operation({
    method: 'GET',
    path: '/admin/logs',
    scope: 'admin',
    reach: 'server',
    mutates: false,
    status: 200,
    summary: 'The log of the server and of the desktop app, the newest lines first; secrets in it are hidden.',
    input: LogQuery,
    output: LogPage,
    errors: [],
  }),
  'diagnostics.get': operation({
    method: 'GET',
    path: '/admin/diagnostics',
    scope: 'admin',
    reach: 'server',
    mutates: false,
    status: 200,
    summary: 'A text for a report of a fault: versions, settings, health and the last warnings, without names and secrets.',
    input: Nothing,
    output: Diagnostics,
    errors: [],
  }),
} as const
