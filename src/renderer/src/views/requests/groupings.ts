import type { RequestGrouping } from '@shared/request-groups'
import { requestGroupings } from '@shared/request-groups'
import { namesOf } from '@shared/rows'

/** How the log is shown: line by line, or by what its requests have in common. */
export type Grouping = RequestGrouping | 'none'

export const groupings: readonly { value: Grouping, text: string }[] = [
  { value: 'none', text: 'none' },
  ...namesOf(requestGroupings).map(value => ({ value, text: `by ${requestGroupings[value].replace(/^[CKPR]/, a => a.toLowerCase())}` })),
]

/** Reads what an address says. */
export function readGrouping(text: string): Grouping {
  return groupings.find(({ value }) => value === text)?.value ?? 'none'
}
