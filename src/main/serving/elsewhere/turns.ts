/**
 * The order of loads and writes of each key. Writes of a key run one after another. A load that
 * began before a write of its key ended goes only to callers who asked before that write began, and
 * is never stored.
 */
export interface Turns<L> {
  /**
   * Joins the load of this key that runs, or begins one. While the key is being written there is
   * none to join: the result is then the end of the write, after which the caller looks again.
   */
  load: (
    key: string,
    begin: (run: LoadRun) => Promise<L>,
    options?: LoadOptions,
  ) => Joined<L> | { written: Promise<void> }
  /** Runs a write of this key after those that came before it; it may load with the run it gets. */
  write: <T>(key: string, work: (run: LoadRun) => Promise<T>) => Promise<T>
  /** For a write that has happened at once, of one key or of any. */
  wrote: (key?: string) => void
}

interface LoadOptions {
  /** False: a load of its own, which nobody joins. @default true */
  join?: boolean
  /** Takes the place of one that runs, which then is not stored. @default false */
  fresh?: boolean
}

interface Joined<L> {
  load: Promise<L>
  /** Somebody else had begun it. */
  joined: boolean
}

/** A load that runs. */
export interface LoadRun {
  /** Whether nothing was written since it began: what it brings may be stored. */
  current: boolean
}

interface Key<L> {
  run: LoadRun & { load: Promise<L> } | null
  /** Loads that nobody joins. */
  alone: Set<LoadRun>
  /** The end of the last write that waits or runs; null if none does. It never rejects. */
  writing: Promise<void> | null
  /** What the write that runs loads by. */
  own: LoadRun | null
}

/** @param changed called when a key was written, or, without one, when any may have been */
export function createTurns<L>(changed: (key?: string) => void): Turns<L> {
  const keys = new Map<string, Key<L>>()

  function keyOf(key: string): Key<L> {
    const known = keys.get(key)
    if (known)
      return known
    const made: Key<L> = { run: null, alone: new Set(), writing: null, own: null }
    keys.set(key, made)
    return made
  }

  /** Whoever asks from now on does not get what this load brings. */
  function detach(state: Key<L>): void {
    for (const run of [state.run, state.own, ...state.alone]) {
      if (run)
        run.current = false
    }
    state.run = null
  }

  function tidy(key: string, state: Key<L>): void {
    if (state.run === null && state.alone.size === 0 && state.writing === null && keys.get(key) === state)
      keys.delete(key)
  }

  return {
    load(key, begin, { join = true, fresh = false } = {}) {
      const state = keyOf(key)
      if (state.writing)
        return { written: state.writing }
      if (!join) {
        const run = { current: true }
        state.alone.add(run)
        const load = begin(run).finally(() => {
          state.alone.delete(run)
          tidy(key, state)
        })
        return { load, joined: false }
      }
      if (state.run && !fresh)
        return { load: state.run.load, joined: true }
      detach(state)
      const run = { current: true, load: undefined as unknown as Promise<L> }
      state.run = run
      run.load = begin(run).finally(() => {
        if (state.run === run)
          state.run = null
        tidy(key, state)
      })
      return { load: run.load, joined: false }
    },

    async write(key, work) {
      const state = keyOf(key)
      detach(state)
      const done = (state.writing ?? Promise.resolve()).then(() => work(state.own = { current: true }))
      const ended = done.then(() => {}, () => {})
      state.writing = ended
      try {
        return await done
      }
      finally {
        changed(key)
        if (state.writing === ended) {
          state.writing = null
          state.own = null
        }
        tidy(key, state)
      }
    },

    wrote(key) {
      const touched = key === undefined ? [...keys] : [[key, keys.get(key)] as const]
      for (const [name, state] of touched) {
        if (state) {
          detach(state)
          tidy(name, state)
        }
      }
      changed(key)
    },
  }
}
