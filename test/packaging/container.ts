import type { Instruction, InstructionName } from './dockerfile'
import { execFile } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { basename, delimiter, dirname, join, posix } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { argumentsOf, parseDockerfile } from './dockerfile'

/** The user `node` of the base image. */
const node = 1000
/** Folders of the image that the steps may use as absolute paths. */
const places = ['/app', '/home/node']

/** The result of the last stage, whose folder represents `/`. */
export interface Image {
  /** The working directory. */
  cwd: string
  env: Record<string, string>
  /** User id for starting programs; undefined if the tests already run without root's rights. */
  uid: number | undefined
  user: string
  volumes: string[]
  exposes: string[]
  bases: string[]
  command: string[]
  healthCheck: string[]
}

interface Stage { root: string, cwd: string, env: Record<string, string>, user: string }

interface BuildOptions {
  /** The project with its Dockerfile and .dockerignore. */
  project: string
  /** An empty folder that all users may enter. */
  folder: string
  /**
   * Maps the text of a RUN to a project folder with the result of the step, which is put into the
   * working directory instead of running it. @default every RUN is run
   */
  made?: Readonly<Record<string, string>>
}

/**
 * Runs the steps of the project's Dockerfile without Docker: each stage in its own folder that
 * represents `/`, each command with `sh`, with this machine's Node and npm instead of the base
 * image. Paths below /app and /home/node refer to that folder.
 */
export async function buildImage({ project, folder, made = {} }: BuildOptions): Promise<Image> {
  const context = join(folder, 'context')
  copyContext(project, context)
  // A copy that the user `node` can run too, wherever the Node of the tests is.
  const bin = join(folder, 'bin')
  cpSync(process.execPath, join(bin, 'node'))

  const stages = new Map<string, Stage>()
  const image: Omit<Image, 'cwd' | 'env' | 'uid' | 'user'> = {
    volumes: [],
    exposes: [],
    bases: [],
    command: [],
    healthCheck: [],
  }
  let stage = createStage(folder, bin)

  const steps: Record<InstructionName, (instruction: Instruction) => unknown> = {
    FROM({ words: [base = '', , name = ''] }) {
      image.bases.push(base)
      stage = createStage(join(folder, `stage-${image.bases.length}`), bin)
      stages.set(name, stage)
    },
    WORKDIR: ({ text }) => stage.cwd = makeFolder(join(stage.root, text)),
    USER: ({ text }) => stage.user = text,
    ENV({ words }) {
      for (const word of words) {
        const at = word.indexOf('=')
        stage.env[word.slice(0, at)] = inFolder(stage.root, word.slice(at + 1))
      }
    },
    COPY: ({ words, options: { from } }) =>
      copy(words, from === undefined ? context : stages.get(from)?.root, stage.cwd),
    RUN({ text }) {
      const result = made[text]
      if (result !== undefined)
        return symlinkSync(join(project, result), join(stage.cwd, result))
      return promisify(execFile)('sh', ['-euc', inFolder(stage.root, text)], {
        cwd: stage.cwd,
        env: { ...cleanEnvironment(), ...stage.env },
        uid: uidOf(stage.user),
        maxBuffer: 2 ** 26,
      })
    },
    VOLUME: ({ text }) => image.volumes.push(inFolder(stage.root, text)),
    EXPOSE: ({ text }) => image.exposes.push(text),
    HEALTHCHECK: ({ text }) => image.healthCheck = argumentsOf(text),
    CMD: ({ text }) => image.command = argumentsOf(text),
  }

  const instructions = parseDockerfile(readFileSync(join(project, 'Dockerfile'), 'utf8'))
  if (instructions[0]?.name !== 'FROM')
    throw new Error('The Dockerfile has to begin with FROM.')
  for (const instruction of instructions)
    await steps[instruction.name](instruction)
  const { cwd, env, user } = stage
  return { ...image, cwd, env, user, uid: uidOf(user) }
}

/** Copies the files that `.dockerignore` lets through. It only has exceptions, so it is a list. */
function copyContext(project: string, context: string): void {
  const [all, ...kept] = readFileSync(join(project, '.dockerignore'), 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
  if (all !== '*' || kept.some(line => !/^!\.?[a-z][a-z.-]*$/i.test(line)))
    throw new Error('.dockerignore shall refuse everything (*) and then name what goes along (!name).')
  for (const line of kept)
    cpSync(join(project, line.slice(1)), join(context, line.slice(1)), { recursive: true })
}

function createStage(root: string, bin: string): Stage {
  const home = makeFolder(join(root, 'home/node'))
  if (process.getuid?.() === 0)
    chownSync(home, node, node)
  return { root, cwd: root, user: 'root', env: { PATH: [bin, process.env.PATH ?? ''].join(delimiter) } }
}

function copy(words: string[], from: string | undefined, cwd: string): void {
  const target = words.at(-1) ?? ''
  if (from === undefined || posix.isAbsolute(target))
    throw new Error(`COPY ${words.join(' ')}: from a stage that is there, to a place below WORKDIR.`)
  for (const source of words.slice(0, -1)) {
    const to = target.endsWith('/') ? join(cwd, target, basename(source)) : join(cwd, target)
    if (!existsSync(join(from, source)))
      throw new Error(`COPY ${source}: is not there.`)
    makeFolder(dirname(to))
    // The result of a RUN may be a link, which is followed; links inside it stay links.
    cpSync(realpathSync(join(from, source)), to, { recursive: true })
  }
}

function inFolder(root: string, text: string): string {
  return places.reduce(
    (result, place) => result.replaceAll(new RegExp(`(?<![^\\s='":])${place}(?![\\w.-])`, 'g'), join(root, place)),
    text,
  )
}

function uidOf(user: string): number | undefined {
  return process.getuid?.() === 0 && user !== 'root' ? node : undefined
}

/**
 * Returns the environment without the settings of the person who builds the image. npm's own
 * settings stay, because they contain the registry and the cache.
 */
function cleanEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env)
    .filter((entry): entry is [string, string] => entry[1] !== undefined && !/^(?:LARDER_|NODE_ENV$)/.test(entry[0])))
}

function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  return folder
}
