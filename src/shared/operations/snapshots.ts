import { FilePart, JobInfo } from '../jobs'
import { NoContent, Nothing } from '../schemas'
import * as s from '../snapshots'
import { operation } from './spec'

/** What a load may answer before it has changed anything; making a cache has the errors of that. */
export const loadErrors = [
  'cache-not-found',
  'not-here',
  'bad-file',
  'quota-reached',
  'admin-only',
  'connection-not-found',
] as const

/** Files with the entries of caches, which can be loaded again. */
export const snapshotsOperations = {
  'snapshots.list': operation({
    method: 'GET',
    path: '/admin/snapshots',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'List your snapshots by name.',
    input: Nothing,
    output: s.SnapshotInfo.array(),
    errors: [],
  }),
  'snapshots.save': operation({
    method: 'POST',
    path: '/admin/snapshots',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 201,
    // The snapshot whose place it takes, where that is asked for.
    destroys: true,
    summary: 'Save the entries of a cache, or of all, under a name; answers at once, and the work goes on as a job.',
    input: s.SnapshotSave,
    output: JobInfo,
    errors: ['cache-not-found', 'name-taken', 'not-here', 'quota-reached', 'storage-full'],
  }),
  'snapshots.load': operation({
    method: 'POST',
    path: '/admin/snapshots/{name}/load',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 201,
    destroys: true,
    summary: 'Load a snapshot, or say what that would do; answers at once, and the work goes on as a job.',
    input: s.SnapshotLoad,
    output: JobInfo,
    errors: ['snapshot-not-found', ...loadErrors],
  }),
  'snapshots.diff': operation({
    method: 'POST',
    path: '/admin/snapshots/diff',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 201,
    summary: 'Compare two snapshots as a job, whose file has the lines that differ, after - and +.',
    input: s.SnapshotDiff,
    output: JobInfo,
    errors: ['snapshot-not-found', 'quota-reached', 'storage-full'],
  }),
  'snapshots.read': operation({
    method: 'GET',
    path: '/admin/snapshots/{name}/file',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'Read a part of the file of a snapshot.',
    input: s.SnapshotRead,
    output: FilePart,
    errors: ['snapshot-not-found'],
  }),
  'snapshots.delete': operation({
    method: 'DELETE',
    path: '/admin/snapshots/{name}',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 204,
    destroys: true,
    summary: 'Delete a snapshot.',
    input: s.SnapshotSelect,
    output: NoContent,
    errors: ['snapshot-not-found', 'storage-full'],
  }),
} as const
