import type { OperationName, OperationSpec } from '../../../src/shared/operations'
import type { Answer } from '../../helpers/http-client'
import type { TestLarder } from '../../helpers/start-larder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operations } from '../../../src/shared/operations'
import { startLarder } from '../../helpers/start-larder'
import { asJson, createKey, manage, saveSnapshot, stateOf, wrongCells } from './support'

const password = 'correct horse battery'
let larder: TestLarder
let ids: Record<'keys' | 'users' | 'caches' | 'connections' | 'snapshots' | 'imports', string>

beforeAll(async () => {
  larder = await startLarder()
  await manage(larder, 'POST', '/admin/caches', { name: 'products', ttl: 60 })
  const [user] = await manage<{ id: string }[]>(larder, 'GET', '/admin/users')
  const upload = await manage<{ id: string }>(larder, 'POST', '/admin/imports', { format: 'snapshot' })
  await saveSnapshot(larder, 'first')
  ids = {
    keys: (await createKey(larder, {})).id,
    users: user?.id ?? '',
    caches: 'products',
    connections: 'main',
    snapshots: 'first',
    imports: upload.id,
  }
  await manage(larder, 'POST', '/admin/connections', { name: 'main', ...connection })
})
afterAll(() => larder.dispose())

const all = Object.entries(operations) as [OperationName, OperationSpec][]
const inBody = all.filter(([, spec]) => !['GET', 'DELETE'].includes(spec.method))
const inQuery = all.filter(([, spec]) => ['GET', 'DELETE'].includes(spec.method))
const inPath = all.filter(([, spec]) => spec.path.includes('{'))

const groupOf = (name: OperationName): keyof typeof ids => name.split('.')[0] as keyof typeof ids
function pathOf(name: OperationName, spec: OperationSpec, param = ids[groupOf(name)]): string {
  return spec.path.replace(/\{\w+\}/, param)
}
function ask(method: string, path: string, body?: string | Buffer): Promise<Answer> {
  return larder.send(method, path, { headers: asJson, body })
}

interface Refusal { code: string, errors?: { field: string, message: string }[] }

/**
 * Complains unless the response is a 400 with this code and, if a field is given, with an error
 * that names it.
 */
function complaint(answer: Answer, what: string, code: string, field?: string): string | undefined {
  const problem: Refusal = answer.headers['content-type'] === 'application/problem+json'
    ? answer.json<Refusal>() as Refusal
    : { code: '' }
  const named = field === undefined
    || problem.errors?.some(error =>
      (error.field === field || error.field.startsWith(`${field}.`)) && error.message !== '')
  return answer.status === 400 && problem.code === code && named
    ? undefined
    : `${what}: ${answer.status} ${answer.text.slice(0, 200)}`
}

async function expectNothingChanged(work: () => Promise<void>): Promise<void> {
  const before = await stateOf(larder)
  await work()
  expect(await stateOf(larder)).toEqual(before)
}

const malformed: Record<string, string | Buffer> = {
  'half an object': '{"name":',
  'a word': 'nonsense',
  'single quotes': '{\'a\':1}',
  'a trailing comma': '{"a":1,}',
  'two values': '{}{}',
  'NaN': '{"ttl":NaN}',
  'bytes that are no UTF-8': Buffer.from([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D]),
  'NUL': '{"a":"\0"}',
  'a form': 'name=a&ttl=1',
}
const otherKinds = ['[]', '"text"', 'null', '1', 'true', '[{"name":"a"}]']
const wrongValues: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  '',
  ' ',
  'nonsense',
  '\u0000',
  '\uD800',
  'ü'.repeat(300),
  'x'.repeat(5000),
  '__proto__',
  [],
  [null],
  ['nonsense'],
  ['nonsense', 'nonsense'],
  {},
  { enabled: 'yes' },
  { enabled: true, scopes: [] },
]

/** Returns the fields of the input that are sent in the body. */
function fieldsOf(spec: OperationSpec): string[] {
  const schema = z.toJSONSchema(spec.input, { io: 'input', unrepresentable: 'any' })
  const { anyOf = [], oneOf = [] } = schema
  const shapes = [schema, ...anyOf, ...oneOf] as { properties?: Record<string, unknown> }[]
  return [...new Set(shapes.flatMap(shape =>
    Object.keys(shape.properties ?? {})))].filter(field => !spec.path.includes(`{${field}}`))
}

const connection = { driver: 'file', folder: '/nonexistent' }

/** Valid input, so that only the field under test is wrong. */
const sound: Partial<Record<OperationName, Record<string, unknown>>> = {
  'caches.create': { name: 'another', ttl: 60 },
  'keys.create': { label: 'another' },
  'users.create': { name: 'another', password },
  'session.create': { name: 'another', password },
  'switch.set': { enabled: true },
  'connections.create': { name: 'another', ...connection },
  'jobs.start': { kind: 'export', cache: 'default' },
  'snapshots.save': { name: 'another' },
  'snapshots.diff': { a: 'first', b: 'first' },
  'imports.begin': { format: 'snapshot' },
  'imports.write': { at: 0, text: 'a' },
  'imports.fetch': { connection: 'main', cache: 'default' },
  'redis.run': { cache: 'default', lines: ['PING'] },
}

/**
 * Returns the valid input around a field; empty if the field belongs to another kind of input, such
 * as a code instead of name and password.
 */
function besides(name: OperationName, field: string): Record<string, unknown> {
  const input = sound[name] ?? {}
  return name === 'session.create' && !Object.hasOwn(input, field) ? {} : input
}

/** Whether the table's own schema refuses the input: then the server must refuse it too. */
function isWrong(name: OperationName, spec: OperationSpec, input: Record<string, unknown>): boolean {
  const param = /\{(\w+)\}/.exec(spec.path)?.[1]
  return !spec.input.safeParse(param === undefined ? input : { [param]: ids[groupOf(name)], ...input }).success
}

describe('bad input: bodies', () => {
  // Red: in src/main/http/body.ts decode without `fatal`.
  it.each(inBody)('%s refuses what is not a JSON object', async (name, spec) => {
    await expectNothingChanged(async () => {
      expect(await wrongCells(Object.entries(malformed), async ([what, body]) =>
        complaint(await ask(spec.method, pathOf(name, spec), body), what, 'malformed-json'))).toEqual([])
      expect(await wrongCells(otherKinds, async body =>
        complaint(await ask(spec.method, pathOf(name, spec), body), body, 'invalid-input', 'body'))).toEqual([])
    })
  })

  // Red: in src/shared/schemas.ts make an input `z.object` instead of `z.strictObject`.
  it.each(inBody)('%s refuses unknown fields by name', async (name, spec) => {
    const unknown = ['surplus', '__proto__', 'constructor', 'Name', ' ', 'ü', 'x'.repeat(1000), 'a.b']
    await expectNothingChanged(async () => {
      expect(await wrongCells(unknown, async (field) => {
        const text = JSON.stringify(sound[name] ?? {})
          .replace(/^\{/, `{${JSON.stringify(field)}:{"polluted":true}${sound[name] ? ',' : ''}`)
        return complaint(await ask(spec.method, pathOf(name, spec), text), field, 'invalid-input', field)
      })).toEqual([])
    })
  })

  // Red: in src/shared/validation.ts leave the field of an issue empty (`const field = ''`).
  it.each(inBody.filter(([, spec]) =>
    fieldsOf(spec).length > 0))('%s refuses wrong values by the field\'s name', async (
    name,
    spec,
  ) => {
    const cells = fieldsOf(spec).flatMap(field =>
      wrongValues.map(value => ({ field, input: { ...besides(name, field), [field]: value } })))
      .filter(({ input }) => isWrong(name, spec, input))
    expect(cells.length).toBeGreaterThan(fieldsOf(spec).length * 3)
    await expectNothingChanged(async () => {
      expect(await wrongCells(cells, async ({ field, input }) =>
        complaint(
          await ask(spec.method, pathOf(name, spec), JSON.stringify(input)),
          `${field} ${JSON.stringify(input).slice(0, 80)}`,
          'invalid-input',
          field,
        ))).toEqual([])
    })
  })

  // Red: in src/main/http/operation-input.ts return `{ ttl: 1 }` for an empty body.
  it.each(inBody.filter(([name]) => sound[name]))('%s refuses an empty body and each missing field by its name', async (
    name,
    spec,
  ) => {
    const input = sound[name] ?? {}
    const required = Object.keys(input)
      .filter(field =>
        isWrong(name, spec, Object.fromEntries(Object.entries(input).filter(([other]) => other !== field))))
    expect(required.length).toBeGreaterThan(0)
    await expectNothingChanged(async () => {
      for (const field of required) {
        const { [field]: _, ...rest } = input
        expect(complaint(
          await ask(spec.method, pathOf(name, spec), JSON.stringify(rest)),
          field,
          'invalid-input',
          field,
        )).toBeUndefined()
      }
      for (const body of [undefined, '', '{}']) {
        const answer = await ask(spec.method, pathOf(name, spec), body)
        expect(complaint(answer, `body ${body}`, 'invalid-input')).toBeUndefined()
        // Among alternative inputs, the shorter one is reported as missing, or what tells them
        // apart.
        const missing = {
          'session.create': ['code'],
          'connections.create': ['driver'],
          'imports.write': ['at'],
        }[name as string] ?? required
        expect((answer.json() as unknown as Refusal).errors?.map(error => error.field)).toEqual(missing)
      }
    })
  })

  it('refuses a path\'s field in the body, whatever it says', async () => {
    for (const [name, spec] of inPath.filter(([, { method }]) => method === 'PATCH')) {
      const field = /\{(\w+)\}/.exec(spec.path)?.[1] ?? ''
      // A user's name is in the body, and its id in the path.
      expect(complaint(
        await ask(spec.method, pathOf(name, spec), JSON.stringify({ [field]: ids[groupOf(name)] })),
        name,
        'invalid-input',
        field,
      )).toBeUndefined()
    }
  })
})

describe('bad input: path and query', () => {
  // Red: in src/main/http/operation-input.ts define the value of the path without `decodePart`.
  it.each(inPath)('%s refuses a badly encoded or impossible place', async (name, spec) => {
    const field = /\{(\w+)\}/.exec(spec.path)?.[1] ?? ''
    await expectNothingChanged(async () => {
      expect(await wrongCells(['%', '%z1', '%ff', '%C3%28', '%ED%A0%80', 'a%2', '%E0%80%AF'], async param =>
        complaint(await ask(spec.method, pathOf(name, spec, param)), param, 'bad-encoding', field))).toEqual([])
      expect(await wrongCells([
        '%00',
        '%20',
        '%C3%BC',
        '..%2f..',
        '%2e%2e%2fadmin',
        'x'.repeat(65),
        'a%0d%0aX-A:b',
        '%F0%9F%97%9D',
      ], async param =>
        complaint(await ask(spec.method, pathOf(name, spec, param)), param, 'invalid-input', field))).toEqual([])
    })
  })

  // Red: in src/main/http/request-target.ts let the last of two parameters win.
  it.each(inQuery)('%s refuses unknown, doubled and badly encoded parameters by name', async (name, spec) => {
    const path = pathOf(name, spec)
    await expectNothingChanged(async () => {
      for (const [query, code, field] of [
        ['surplus=1', 'invalid-input', 'surplus'],
        ['surplus', 'invalid-input', 'surplus'],
        ['__proto__=1', 'invalid-input', '__proto__'],
        ['a=%', 'bad-encoding', 'a'],
        ['a=%ff', 'bad-encoding', 'a'],
        ['%zz=1', 'bad-encoding', '%zz'],
      ] as const)
        expect(complaint(await ask(spec.method, `${path}?${query}`), query, code, field)).toBeUndefined()
      for (const query of ['a=1&a=1', 'a=1&%61=2', 'a&a']) {
        expect((await ask(spec.method, `${path}?${query}`)).json()).toMatchObject({
          status: 400,
          code: 'invalid-input',
          errors: [{ field: 'a', message: 'is given twice' }],
        })
      }
    })
  })

  it('refuses wrong values of query parameters by name', async () => {
    for (const [path, query, field] of [
      ['', 'limit=0', 'limit'],
      ['', 'limit=1001', 'limit'],
      ['', 'limit=x', 'limit'],
      ['', 'limit=1.5', 'limit'],
      ['', 'limit=', 'limit'],
      ['', 'limit=1e2', 'limit'],
      ['', 'after=-1', 'after'],
      ['', 'after=99999999999999999999', 'after'],
      ['', 'before=0', 'before'],
      ['', 'before=x', 'before'],
      ['', 'before=', 'before'],
      ['', 'limit=1&limit=2', 'limit'],
      ['/count', 'after=-1', 'after'],
      ['/count', 'after=x', 'after'],
      ['/count', 'filter=status>many', 'filter'],
      ['/count', 'limit=1', 'limit'],
      ['/export', 'limit=0', 'limit'],
      ['/export', 'limit=10001', 'limit'],
      ['/export', 'before=0', 'before'],
      ['/export', '__proto__=1', '__proto__'],
      ['/groups', 'by=colour', 'by'],
      ['/groups', 'by=', 'by'],
      ['/groups', 'by=key&by=cache', 'by'],
      ['/groups', 'by=toString', 'by'],
      ['/groups', 'limit=0', 'limit'],
      ['/groups', 'limit=1001', 'limit'],
      ['/groups', 'filter=time>=yesterday', 'filter'],
      ['/groups', 'filter=time>=2026-01-31', 'filter'],
    ] as const) {
      const answer = await ask('GET', `/admin/requests${path}?${query}`)
      expect(complaint(answer, `${path}?${query}`, 'invalid-input', field)).toBeUndefined()
    }
  })
})

describe('the same twice', () => {
  const statuses = (answers: Answer[]): number[] => answers.map(answer => answer.status).sort()
  const twice = (method: string, path: string, body?: unknown): Promise<Answer[]> =>
    Promise.all([1, 2].map(() => ask(method, path, body === undefined ? undefined : JSON.stringify(body))))

  // Red: in src/main/admin/provision.ts drop `users.requireFree(name)`.
  it('makes one of two that are created at once, and says of the other that its name is taken', async () => {
    for (const [path, input] of [
      ['/admin/caches', { name: 'once', ttl: 1 }],
      ['/admin/users', { name: 'Once', password }],
    ] as const) {
      const answers = await twice('POST', path, input)
      expect(statuses(answers), path).toEqual([201, 409])
      for (const late of [
        answers.find(answer => answer.status === 409),
        await ask('POST', path, JSON.stringify(input)),
      ])
        expect(late?.json(), path).toMatchObject({ status: 409, code: 'name-taken', errors: [{ field: 'name' }] })
    }
    // For people, these spellings are the same name.
    for (const name of ['once', 'ONCE', ' Once '])
      expect((await ask('POST', '/admin/users', JSON.stringify({ name, password }))).status, name).toBe(409)
    const others = await manage<{ name: string }[]>(larder, 'GET', '/admin/users')
    expect(others.filter(({ name }) => name.toLowerCase() === 'once')).toHaveLength(1)
  })

  it('takes away once', async () => {
    const { id } = await createKey(larder, {})
    await manage(larder, 'POST', '/admin/caches', { name: 'brief', ttl: 1 })
    expect(statuses(await twice('DELETE', `/admin/keys/${id}`))).toEqual([204, 404])
    expect(statuses(await twice('DELETE', '/admin/caches/brief'))).toEqual([204, 404])
  })

  // Red: in src/main/admin/api-keys.ts drop `secrets.keep(id, secret)` from the rotation.
  it('keeps the key of the later of two rotations, in the vault as well', async () => {
    const { id } = await createKey(larder, { scopes: ['admin'] })
    const answers = await twice('POST', `/admin/keys/${id}/rotate`)
    expect(statuses(answers)).toEqual([200, 200])
    const secrets = answers.map(answer => answer.json<{ secret: string }>().secret)
    const works = await Promise.all(secrets.map(async secret =>
      (await larder.sendOpen('GET', '/admin/session', { headers: { 'Api-Key': secret } })).status))
    expect([...works].sort()).toEqual([200, 401])
    expect(
      (await manage<{ secret: string }>(larder, 'POST', `/admin/keys/${id}/reveal`)).secret,
    ).toBe(secrets[works.indexOf(200)])
  })

  it('protects the cache default and the owner', async () => {
    await expectNothingChanged(async () => {
      expect((await ask('DELETE', '/admin/caches/default')).json()).toMatchObject({ status: 409, code: 'protected' })
      expect((await ask(
        'PATCH',
        `/admin/users/${ids.users}`,
        '{"admin":false}',
      )).json()).toMatchObject({ status: 409, code: 'protected' })
    })
  })
})
