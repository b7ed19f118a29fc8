/** Runs sliced work to its end. */
export function run<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done)
      return value
  }
}

/** Counts the pauses of sliced work. */
export function turnsOf(work: Generator<void, unknown>): number {
  let turns = 0
  while (!work.next().done)
    turns++
  return turns
}
