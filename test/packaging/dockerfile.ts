/** The instructions that our Dockerfile uses, with the flags that each may have. */
const flagsOf = {
  FROM: [],
  WORKDIR: [],
  COPY: ['from'],
  RUN: [],
  ENV: [],
  USER: [],
  VOLUME: [],
  EXPOSE: [],
  HEALTHCHECK: ['interval', 'timeout', 'start-period'],
  CMD: [],
}
export type InstructionName = keyof typeof flagsOf

/**
 * One instruction: `options` are its `--name=value`, `words` the rest split at blanks, `text` the
 * whole instruction as written.
 */
export interface Instruction { name: InstructionName, text: string, words: string[], options: Record<string, string> }

/**
 * Reads the part of the Dockerfile language that our Dockerfile uses.
 *
 * @throws {Error} for any other instruction or flag, so that nobody can add one that the check
 *   would silently ignore.
 */
export function parseDockerfile(text: string): Instruction[] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter(line => line.trim() !== '')
    .map((line) => {
      const [, name = '', flags = '', text = ''] = /^(\S+) ((?:--[a-z-]+=\S+ )*)(.*)$/.exec(line) ?? []
      const options = Object.fromEntries([...flags.matchAll(/--([a-z-]+)=(\S+)/g)].map(([, flag = '', value = '']) =>
        [flag, value]))
      if (!isKnown(name)
        || text.startsWith('--')
        || Object.keys(options).some(flag => !(flagsOf[name] as string[]).includes(flag))) {
        return fail(line)
      }
      return { name, text, words: text.split(/\s+/), options }
    })
}

/**
 * Returns the arguments of `CMD ["a", "b"]`, with or without the `CMD` of a HEALTHCHECK. Throws for
 * the shell form, because signals would not reach the program.
 */
export function argumentsOf(text: string): string[] {
  const list: unknown = JSON.parse(text.replace(/^CMD /, ''))
  return Array.isArray(list) && list.every(item => typeof item === 'string') ? list : fail(text)
}

function isKnown(name: string): name is InstructionName {
  return Object.hasOwn(flagsOf, name)
}

function fail(line: string): never {
  throw new Error(`The check of the Dockerfile does not know how to run: ${line}`)
}
