/** What the request log says of a load from a source, besides its name and the time it took. */
export const loadMarks = {
  stale: 'a stale one was held',
  fresh: 'a fresh one was held',
  passing: 'not held afterwards',
} as const

/** What it says of the call itself; @param name of the connection */
export const askedMarks = {
  asked: (name: string): string => `asked ${name}`,
  waited: (name: string): string => `waited for a load from ${name}`,
  remembered: (name: string): string => `absent at ${name}, remembered`,
} as const

const asked = /^(?:asked|waited for a load from|absent at) (\S+),/

/** The source that was asked, or had been a moment before. */
export function sourceIn(marks: readonly string[]): string | undefined {
  return marks.map(mark => asked.exec(mark)?.[1]).find(name => name !== undefined)
}
