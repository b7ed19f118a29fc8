import type { JobInfo } from '../../../src/shared/jobs'
import { expect, it } from 'vitest'
import { createJobList } from '../../../src/renderer/src/jobs/job-list'
import { jobOf } from './job'

type Step = { tell: Partial<JobInfo> } | { asks: true } | { answers: Partial<JobInfo>[] }

const [a, b] = [{ id: 'a' }, { id: 'b' }]
const done = { state: 'done' } as const

// Red, row by row: in src/renderer/src/jobs/job-list.ts return `job` in `newer`; leave out the
// filter of `read`; leave out `told.clear()`.
it.each<[what: string, steps: Step[], list: string[]]>([
  ['a job that began', [{ tell: a }], ['a running 0']],
  ['the newest first', [{ tell: a }, { tell: b }], ['b running 0', 'a running 0']],
  ['its count', [{ tell: a }, { tell: { ...a, matched: 5 } }], ['a running 5']],
  ['no count that came late', [{ tell: { ...a, matched: 5 } }, { tell: { ...a, matched: 4 } }], ['a running 5']],
  ['no progress after the end', [{ tell: { ...a, ...done } }, { tell: { ...a, matched: 9 } }], ['a done 0']],
  ['an end after the list', [{ asks: true }, { answers: [a] }, { tell: { ...a, ...done } }], ['a done 0']],
  [
    'an end that was told while the list was under way',
    [{ tell: a }, { asks: true }, { tell: { ...a, ...done, matched: 3 } }, { answers: [{ ...a, matched: 1 }] }],
    ['a done 3'],
  ],
  [
    'a job that began while the list was under way',
    [{ asks: true }, { tell: b }, { answers: [a] }],
    ['b running 0', 'a running 0'],
  ],
  ['nothing that the server has forgotten', [{ tell: a }, { asks: true }, { answers: [b] }], ['b running 0']],
  ['what the server says of the end', [{ tell: { ...a, ...done } }, { asks: true }, {
    answers: [{ ...a, ...done, matched: 7 }],
  }], ['a done 7']],
])('shows %s', (_, steps, list) => {
  const jobs = createJobList()
  let shown: readonly JobInfo[] = []
  for (const step of steps) {
    if ('tell' in step)
      shown = jobs.tell(jobOf(step.tell))
    else if ('answers' in step)
      shown = jobs.read(step.answers.map(jobOf))
    else
      jobs.beginReading()
  }
  expect(shown.map(({ id, state, matched }) => `${id} ${state} ${matched}`)).toEqual(list)
})
