import * as s from '../imports'
import { JobInfo } from '../jobs'
import { limits } from '../limits'
import { loadErrors } from './snapshots'
import { operation } from './spec'

/** Entries from elsewhere: from a file that is sent in parts, or from a connection. */
export const importsOperations = {
  'imports.begin': operation({
    method: 'POST',
    path: '/admin/imports',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 201,
    summary: 'Begin to send a file whose entries are to be imported; it goes after an hour in which nothing is sent.',
    input: s.ImportBegin,
    output: s.ImportInfo,
    errors: ['cache-not-found', 'not-here', 'quota-reached', 'storage-full'],
  }),
  'imports.write': operation({
    method: 'POST',
    path: '/admin/imports/{id}/parts',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 200,
    bodyLimit: limits.jsonBody,
    summary: 'Send the next part of a file.',
    input: s.ImportWrite,
    output: s.ImportInfo,
    errors: ['import-not-found', 'too-large', 'storage-full'],
  }),
  'imports.start': operation({
    method: 'POST',
    path: '/admin/imports/{id}/start',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 201,
    destroys: true,
    summary: 'Import the file that was sent, or say what that would do; answers at once, and the work goes on as a job.',
    input: s.ImportStart,
    output: JobInfo,
    errors: ['import-not-found', ...loadErrors],
  }),
  'imports.fetch': operation({
    method: 'POST',
    path: '/admin/imports/fetch',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 201,
    destroys: true,
    summary: 'Import what is at a connection, such as a Redis, with its TTL, or say what that would do; a job.',
    input: s.ImportFetch,
    output: JobInfo,
    errors: ['cache-not-found', 'not-here', 'connection-not-found', 'quota-reached'],
  }),
} as const
