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

const styleSheets = globSync('src/renderer/**/*.{vue,css}', { cwd: root })

// Red: write `@media (width < 56rem)` into a style sheet.
it('the layout changes at the breakpoints of src/renderer/breakpoints.ts alone', () => {
  expect(styleSheets.length).toBeGreaterThan(50)
  const found = styleSheets.flatMap(file =>
    lengthsIn(readFileSync(join(root, file), 'utf8')).map(query => `${file}: ${query.trim()}`))
  expect(found).toEqual([])
})

/** The only style sheets with lengths: the names that the others use. */
const tokens = ['src/renderer/src/styles/sizes.css', 'src/renderer/src/styles/tokens.css']
const blank = (text: string): string => text.replaceAll(/\S/g, ' ')

/** What a file says in CSS, each line where it was; without comments and the heads of at-rules. */
function cssOf(file: string, text: string): string {
  const css = file.endsWith('.css')
    ? text
    : text.replaceAll(/(?<=^|<\/style>)[\s\S]*?(?=<style|$)/g, blank)
  return css.replaceAll(/\/\*[\s\S]*?\*\//g, blank).replaceAll(/@[^{;]*/g, blank)
}

/**
 * Lengths that have no token, as `file:line: value`. None is needed for 0 and percentages, for what
 * goes with the text (em, ch), the window (vw, vh) or the room that is left (fr), and for lines of
 * up to 2px: borders, outlines, shadows. Queries ask for lengths: no token works in them.
 */
function rawLengths(file: string, text: string): string[] {
  const css = cssOf(file, text)
  return [...css.matchAll(/([\w-]+):([^;{}]+)/g)].flatMap(({ 1: property = '', 2: value = '', index }) => {
    const isLine = /^(?:border|outline|box-shadow)/.test(property) && !property.endsWith('radius')
    return [...value.matchAll(/-?[\d.]+(?:px|rem|pt|pc|cm|mm|in|q)\b/gi)]
      .filter(([length]) => !isLine || !/^-?(?:1|1\.5|2)px$/.test(length))
      .map(({ 0: length, index: at }) =>
        `${file}:${css.slice(0, index + property.length + 1 + at).split('\n').length}: ${length}`)
  })
}

it.each([
  ['a { margin: 0 1.5rem }', ['1.5rem']],
  ['a:hover {\n  --row: 20px;\n}', ['20px']],
  ['a { inset: 0 -2px; gap: 1px }', ['-2px', '1px']],
  ['a { border-radius: 2px; border: 3px solid }', ['2px', '3px']],
  ['a { width: min(30rem, calc(100vw - 2cm)) }', ['30rem', '2cm']],
  ['a { border: 1px solid; outline-offset: -2px; box-shadow: inset 0 -2px var(--accent) }', []],
  ['a { width: 50%; height: 1.5em; max-width: 60ch; gap: var(--space-2); grid: auto / 1fr }', []],
  ['/* 12px */ @container (width < 34rem) { a { flex: 1 } }', []],
])('a length without a token is found: %s', (css, lengths) =>
  expect(rawLengths('a.css', css).map(found => found.split(' ')[1])).toEqual(lengths))

it('a length without a token is told with its file and line', () => {
  const component = `<template>
  <p style="top: 1px" />
</template>

<style scoped>
/* Not 4px:
   5px. */
p {
  padding:
    var(--space-1)
    12px;
}
</style>
<style scoped src="./7px.css"></style>
`
  expect(rawLengths('a.vue', component)).toEqual(['a.vue:11: 12px'])
})

// Red: write `padding: 12px` into the style of a component.
it('the components take all lengths from the tokens', () => {
  const components = styleSheets.filter(file => !tokens.includes(file))
  expect(components.length).toBe(styleSheets.length - tokens.length)
  expect(components.flatMap(file => rawLengths(file, readFileSync(join(root, file), 'utf8')))).toEqual([])
})
