import type { Image } from './container'
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch } from '../server/process/launch'
import { expectCacheHit } from './cache-hit'
import { buildImage } from './container'
import { argumentsOf, parseDockerfile } from './dockerfile'

const root = join(import.meta.dirname, '../..')
const hard = process.env.LARDER_HARD === '1'
const ci = process.env.CI === 'true'
/** The tests use only the loopback and a free port; in the container it is 0.0.0.0:7777. */
const aside = { LARDER_HOST: '127.0.0.1', LARDER_PORT: '0' }
const linux = process.platform === 'linux'
if (!linux)
  console.warn('Skipped: the steps of the Dockerfile are run on Linux alone.')

describe.skipIf(!linux)('the image', () => {
  let folder: string
  let image: Image

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'larder-image-'))
    chmodSync(folder, 0o755)
    // The first stage installs 440 MB from the same lock file as the project itself, and creates
    // the same build.
    const made = {
      ...!hard && { 'npm ci --no-audit --ignore-scripts': 'node_modules' },
      ...!hard && !ci && { 'npm run build': 'out' },
    }
    image = await buildImage({ project: root, folder, made })
    console.log(
      `The Dockerfile's steps ran without Docker, ${hard ? 'all of them' : `with this project's ${Object.values(made).join(' and ')} in the stage that builds`}; the server then runs as ${image.uid === undefined ? 'the user of the tests' : `user ${image.uid}`}.`,
    )
  }, 600_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is made for what it says: a slim base, a plain user, a volume for the data, the port', () => {
    expect(new Set(image.bases)).toEqual(new Set(['node:24-slim']))
    expect(image.user).toBe('node')
    expect(image.volumes).toEqual([image.env.LARDER_HOME])
    expect(image.exposes).toEqual(['7777'])
    // In a container only this address is reachable; without TLS it must be allowed explicitly.
    expect(image.env).toMatchObject({ LARDER_HOST: '0.0.0.0', LARDER_ALLOW_PLAINTEXT: '1' })
  })

  // Red: in the Dockerfile leave --omit=dev out, or copy src into the last stage.
  it('has no sources, no tools and no keychain', () => {
    for (const absent of [
      'src',
      'node_modules/vite',
      'node_modules/electron',
      'node_modules/keytar',
      '.npmrc',
      'package-lock.json',
    ])
      expect(existsSync(join(image.cwd, absent)), absent).toBe(false)
    expect(statSync(String(image.env.LARDER_HOME)).mode & 0o777).toBe(0o700)
  })

  // Red: in the Dockerfile leave out USER (as root), or let the health check run `stats --url
  // http://localhost:1`.
  it('serves a cache hit as a plain user, and is healthy only while it runs', async () => {
    const home = String(image.env.LARDER_HOME)
    const [program = '', ...args] = image.command
    // `env` starts it in the working directory of the image, as the user of the image if the tests
    // may choose.
    const as = image.uid === undefined
      ? []
      : ['setpriv', `--reuid=${image.uid}`, `--regid=${image.uid}`, '--clear-groups']
    const inImage = (words: string[]): string[] => [...as, 'env', '--chdir', image.cwd, ...words]
    const env = { ...image.env, ...aside }
    const healthy = (): Promise<unknown> => {
      const [file = '', ...rest] = inImage(image.healthCheck)
      return promisify(execFile)(file, rest, { env })
    }

    await expect(healthy()).rejects.toMatchObject({ code: expect.any(Number) as number })
    const server = launch(home, env, inImage([program, ...args]))
    await server.ready
    await healthy()
    if (image.uid !== undefined)
      expect(statSync(join(home, 'larder.db')).uid).toBe(image.uid)
    await expectCacheHit(server)
    await expect(healthy()).rejects.toMatchObject({ code: expect.any(Number) as number })
  })
})

describe('the reader of the Dockerfile', () => {
  it('knows flags, comments and lines that go on', () => {
    expect(parseDockerfile('# a\nCOPY --from=build /a \\\n  b\n')).toEqual([{
      name: 'COPY',
      text: '/a    b',
      words: ['/a', 'b'],
      options: { from: 'build' },
    }])
  })

  it.each([
    'ADD a b',
    'SHELL ["sh"]',
    'run x',
    'RUN',
    'COPY --chown=node a b',
    'COPY --link a b',
    'constructor x',
  ])('refuses %s, which nobody would run', (line) => {
    expect(() => parseDockerfile(line)).toThrow(line)
  })

  it('refuses a command for the shell, which would swallow the signals', () => {
    expect(argumentsOf('CMD ["a", "b"]')).toEqual(['a', 'b'])
    expect(() => argumentsOf('node x')).toThrow()
  })
})
