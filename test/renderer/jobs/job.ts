import type { JobInfo } from '../../../src/shared/jobs'

/** A running job, except for what is given. */
export function jobOf(fields: Partial<JobInfo> = {}): JobInfo {
  return {
    id: 'a',
    kind: 'delete',
    cache: 'products',
    target: 'prefix user:',
    scheduled: false,
    state: 'running',
    matched: 0,
    gone: 0,
    progress: null,
    secondsLeft: null,
    bytes: null,
    fileName: null,
    outcome: null,
    startedAt: '2026-03-02T14:00:00.000Z',
    endedAt: fields.state === undefined || fields.state === 'running' ? null : '2026-03-02T14:00:09.000Z',
    detail: null,
    ...fields,
  }
}
