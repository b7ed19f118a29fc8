import { scanFilter } from '@shared/filter'

/** Returns the terms of a filter as they were written. */
function termsOf(filter: string): string[] {
  return scanFilter(filter).map(({ from, to }) => filter.slice(from, to))
}

export function hasTerm(filter: string, term: string): boolean {
  return termsOf(filter).includes(term)
}

/** Returns the filter with the term, which replaces what it said about the same field. */
export function withTerm(filter: string, term: string): string {
  const [added] = scanFilter(term)
  const others = scanFilter(filter).filter(({ field, negated }) =>
    !(field && field.name === added?.field?.name && negated === added.negated))
  return [...others.map(({ from, to }) => filter.slice(from, to)), term].join(' ')
}

export function withoutTerm(filter: string, term: string): string {
  return termsOf(filter).filter(other => other !== term).join(' ')
}
