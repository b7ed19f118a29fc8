import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { documents, picturesOf, textOf } from '../helpers/documents'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const sources = globSync('{src,test,scripts,bench}/**/*.{ts,mjs,vue}', { cwd: root })

/** Returns the targets of a document's links and pictures, except those on other hosts. */
function targetsOf(path: string): string[] {
  const found = textOf(path).matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset)="([^"]+)"/g)
  return [...found].map(([, link, picture]) => link ?? picture ?? '').filter(target => !/^\w+:/.test(target))
}

/** Returns the anchor of a heading. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').trim().replaceAll(' ', '-')
}

// Red: rename a document of docs/, or a heading that README.md links to.
it.each([
  ...documents,
  'CHANGELOG.md',
  ...globSync('docs/decisions/*.md', { cwd: root }),
])('every link of %s leads somewhere', (path) => {
  const broken = targetsOf(path).filter((target) => {
    const [file = '', anchor] = target.split('#')
    const place = file === '' ? path : join(dirname(path), file)
    if (!existsSync(join(root, place)))
      return true
    const headings = anchor === undefined ? [] : [...textOf(place).matchAll(/^#+ (.*)$/gm)]
    return anchor !== undefined && !headings.some(([, heading = '']) => anchorOf(heading) === anchor)
  })
  expect(broken).toEqual([])
})

// Red: rename a test that docs/guarantees.md names.
it.each(documents)('every file that %s names exists', (path) => {
  const named = textOf(path).matchAll(/`((?:src|test|scripts|docs|bench|build|resources)\/[^`\s…]+)`/g)
  expect([...named].map(([, file = '']) => file).filter(file => globSync(file, { cwd: root }).length === 0)).toEqual([])
})

// Red: name a document in a comment that does not exist in docs/.
it('every document that code names exists', () => {
  const named = sources.flatMap(path => [...read(path).matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map(([file]) => file))
  expect(named.length).toBeGreaterThan(0)
  expect([...new Set(named)].filter(file => !existsSync(join(root, file)))).toEqual([])
})

// Red: remove a promise from docs/guarantees.md.
it('every promise that a test names is one of docs/guarantees.md', () => {
  const promises = new Set([...read('docs/guarantees.md').matchAll(/^\*\*([SR]\d+) ·/gm)].map(([, id = '']) => id))
  expect(promises.size).toBeGreaterThan(30)
  const ids = globSync('test/**/*.ts', { cwd: root }).flatMap(path => read(path).match(/\b[SR]\d{1,2}\b/g) ?? [])
  expect([...new Set(ids)].filter(id => !promises.has(id))).toEqual([])
})

// Red: write `$LARDER_KEY` into README.md.
it.each(documents)('every variable that %s names is one that is read', (path) => {
  const known = new Set(sources.filter(file => file !== 'test/tooling/documents.test.ts').flatMap(file =>
    read(file).match(/\bLARDER_[A-Z]\w+/g) ?? []))
  expect([...new Set(read(path).match(/\bLARDER_[A-Z]\w+/g) ?? [])].filter(name => !known.has(name))).toEqual([])
})

// An entry keeps the type that it comes with, and that of `curl -d` is a form's. Red: leave the
// header out of a command of README.md.
it.each(documents)('every command of %s that sends a body says what it is', (path) => {
  const commands = read(path).replaceAll(/\\\n/g, ' ').match(/\bcurl .*/g) ?? []
  const silent = commands.filter(command =>
    / (?:-d|-T|--data\S*) \S/.test(command) && !command.includes(`-H 'Content-Type: `))
  expect(silent).toEqual([])
})

// Red: put another picture into docs/images.
it('every picture in docs/images is shown by a document', () => {
  const shown = new Set(documents.flatMap(picturesOf))
  expect(readdirSync(join(root, 'docs/images')).filter(name => !shown.has(`docs/images/${name}`))).toEqual([])
})
