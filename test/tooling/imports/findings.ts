import type { Module } from './import-graph'

interface DeadExport { file: string, line: number, name: string }

/**
 * Returns exports that nothing needs. An export needs
 * - another file of the program that imports it, or
 * - a test that imports it, if its own file uses it as well: a test may reach a part of a module,
 *   but code that runs only in tests is dead, and they would keep it alive.
 *
 * @param modules The whole graph.
 * @param isEntry Returns whether a program reads or starts the file, so that nothing imports it.
 */
export function deadExports(modules: readonly Module[], isEntry: (file: string) => boolean): DeadExport[] {
  const importers = new Map<string, string[]>()
  for (const { file, imports } of modules) {
    for (const { from, name } of imports)
      importers.set(`${from} ${name}`, [...importers.get(`${from} ${name}`) ?? [], file])
  }

  return modules.filter(({ file }) => !isEntry(file)).flatMap(({ file, exports }) => exports
    .filter(({ name, usedInside }) => {
      const users = [name, '*'].flatMap(taken => importers.get(`${file} ${taken}`) ?? [])
      return !users.some(user => user !== file && (usedInside || isTest(file) || !isTest(user)))
    })
    .map(({ name, line }) => ({ file, line, name })))
}

function isTest(file: string): boolean {
  return file.startsWith('test/')
}

/**
 * Exported names that more than one module declares: a reader who meets such a name has to find out
 * which of the things it is.
 *
 * @returns `name: file, file`, sorted.
 */
export function homonyms(modules: readonly Module[]): string[] {
  const files = new Map<string, Set<string>>()
  for (const { file, exports } of modules) {
    for (const { name, handedOn } of exports) {
      if (!handedOn && name !== 'default')
        files.set(name, (files.get(name) ?? new Set()).add(file))
    }
  }
  return [...files].filter(([, in_]) => in_.size > 1).map(([name, in_]) => `${name}: ${[...in_].join(', ')}`).sort()
}

/**
 * Sets of modules that all reach each other by imports, whether of values or of types.
 * Each is sorted; a module that imports itself is one too.
 *
 * Tarjan, Depth-first search and linear graph algorithms (1972), section 4.
 */
export function circles(modules: readonly Module[]): string[][] {
  const targets = new Map(modules.map(({ file, imports }) => [file, new Set(imports.map(({ from }) => from))]))
  const order = new Map<string, number>()
  const path: string[] = []
  const found: string[][] = []

  /** Follows the imports of a file. Returns the earliest place of the path that they lead to. */
  function visit(file: string): number {
    const own = order.size
    order.set(file, own)
    path.push(file)
    let earliest = own
    for (const target of targets.get(file) ?? []) {
      if (!order.has(target))
        earliest = Math.min(earliest, visit(target))
      else if (path.includes(target))
        earliest = Math.min(earliest, order.get(target) ?? own)
    }
    if (earliest === own) {
      const members = path.splice(path.indexOf(file))
      if (members.length > 1 || targets.get(file)?.has(file))
        found.push(members.sort())
    }
    return earliest
  }

  for (const { file } of modules) {
    if (!order.has(file))
      visit(file)
  }
  return found
}
