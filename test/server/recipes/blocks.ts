import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

/** The documents with recipes, in the order in which a person reads them. */
export const recipeBooks = ['README.md', ...globSync('docs/*.md', { cwd: root }).sort()]

/** What a person would type: a command of the shell, or a program in another language. */
export interface Recipe { language: 'sh' | 'js' | 'python', text: string }

/** The recipes of a document as written, a command with its continued lines in one piece. */
export function recipesOf(path: string): Recipe[] {
  const blocks = readFileSync(join(root, path), 'utf8').matchAll(/^```(sh|js|python)\n(.+?)^```$/gms)
  return [...blocks].flatMap(([, language, text = '']): Recipe[] => {
    if (language !== 'sh')
      return [{ language: language as 'js' | 'python', text }]
    const commands = text.replaceAll('\\\n', ' ').split('\n').filter(line => line.trim() !== '')
    return commands.map(command => ({ language, text: command }))
  })
}
