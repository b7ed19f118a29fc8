import { JobInfo, JobPart, JobRead, JobSelect, JobStart } from '../jobs'
import { limits } from '../limits'
import { Nothing } from '../schemas'
import { operation } from './spec'

/** Long work on the entries of a cache, which goes on without whoever began it. */
export const jobsOperations = {
  'jobs.list': operation({
    method: 'GET',
    path: '/admin/jobs',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'Your jobs: those that run, and the last ones that ended, newest first.',
    input: Nothing,
    output: JobInfo.array(),
    errors: [],
  }),
  'jobs.start': operation({
    method: 'POST',
    path: '/admin/jobs',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 201,
    bodyLimit: limits.jsonBody,
    summary: 'Delete, mark stale or export many entries; answers at once, and the work goes on.',
    input: JobStart,
    output: JobInfo,
    errors: ['cache-not-found', 'quota-reached', 'storage-full'],
  }),
  'jobs.get': operation({
    method: 'GET',
    path: '/admin/jobs/{id}',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'Read how far a job has come.',
    input: JobSelect,
    output: JobInfo,
    errors: ['job-not-found'],
  }),
  'jobs.cancel': operation({
    method: 'POST',
    path: '/admin/jobs/{id}/cancel',
    scope: 'admin',
    reach: 'own',
    mutates: true,
    status: 200,
    summary: 'End a job; what it has done stays done. Answers when it has ended.',
    input: JobSelect,
    output: JobInfo,
    errors: ['job-not-found'],
  }),
  'jobs.read': operation({
    method: 'GET',
    path: '/admin/jobs/{id}/file',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'Read a part of the file of an export; the last three exports keep theirs until the server stops.',
    input: JobRead,
    output: JobPart,
    errors: ['job-not-found', 'no-file'],
  }),
} as const
