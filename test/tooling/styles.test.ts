import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Returns media queries with literal lengths. Container queries belong to their components. */
function lengthsIn(css: string): string[] {
  return (css.match(/@media[^{]*/g) ?? []).filter(query => /\d(?:px|r?em|ch|vw)/.test(query))
}

it.each([
  ['@media (width < 56rem) {', 1],
  ['@media (min-width: 640px) {', 1],
  ['@media (--narrow) {', 0],
  ['@media (forced-colors: active) { a { width: 1rem } }', 0],
])('a length in a query is found: %s', (css, count) => expect(lengthsIn(css)).toHaveLength(count))

// Red: write `@media (width < 56rem)` into a style sheet.
it('the layout changes at the breakpoints of src/renderer/breakpoints.ts alone', () => {
  const files = globSync('src/renderer/**/*.{vue,css}', { cwd: root })
  expect(files.length).toBeGreaterThan(50)
  const found = files.flatMap(file =>
    lengthsIn(readFileSync(join(root, file), 'utf8')).map(query => `${file}: ${query.trim()}`))
  expect(found).toEqual([])
})
