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

/** The same, but what is excluded adds up. */
export function addTerm(filter: string, term: string): string {
  if (!term.startsWith('-'))
    return withTerm(filter, term)
  return hasTerm(filter, term) ? filter : [...termsOf(filter), term].join(' ')
}

/** Returns the filter with the term if it has it not, and without it if it has. */
export function toggleTerm(filter: string, term: string): string {
  return hasTerm(filter, term) ? withoutTerm(filter, term) : addTerm(filter, term)
}

/** Returns the filter without what it says about a field, and what it excludes of it. */
export function withoutField(filter: string, name: string): string {
  return scanFilter(filter)
    .filter(({ field }) => field?.name.toLowerCase() !== name)
    .map(({ from, to }) => filter.slice(from, to))
    .join(' ')
}

export function withoutTerm(filter: string, term: string): string {
  return termsOf(filter).filter(other => other !== term).join(' ')
}
