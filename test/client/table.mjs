// What a client does, wherever it runs: plain JavaScript, for every Node, and for a page.

/** Values, and how they are stored. */
export function values() {
  const circles = { deep: { er: [new Date(0)] } }
  const numbers = [127, 128, -32, -33, 255, 256, 65_535, -32_769, 2 ** 31, -(2 ** 31), 2 ** 53, 1e300]
  const many = Array.from({ length: 70_000 }, (_, at) => at % 5)
  const members = Object.fromEntries(many.slice(0, 20).map((_, at) => [`k${at}`, at]))
  const plain = { enumerable: true, configurable: true, writable: true }
  const own = Object.defineProperty({ d: new Date(0) }, '__proto__', { value: 1, ...plain })
  return [
    ['text', 'grün 🍐', 'text/plain; charset=utf-8'],
    ['no text', '', 'text/plain; charset=utf-8'],
    ['text with a byte order mark', '\uFEFFa', 'text/plain; charset=utf-8'],
    ['a number as text', '42', 'application/json'],
    ['half of a surrogate pair', 'a\uD800b', 'application/json'],
    ['a number', 42, 'application/json'],
    ['a fraction', -0.5, 'application/json'],
    ['null', null, 'application/json'],
    ['false', false, 'application/json'],
    ['an object', { a: [1, { b: null }], __: 'x' }, 'application/json'],
    ['an own __proto__', JSON.parse('{"__proto__":{"a":1}}'), 'application/json'],
    ['bytes', Uint8Array.of(0, 255, 10), 'application/octet-stream'],
    ['no bytes', new Uint8Array(0), 'application/octet-stream'],
    ['minus nothing', -0, 'application/vnd.msgpack'],
    ['no number', Number.NaN, 'application/vnd.msgpack'],
    ['infinity', [Infinity, -Infinity], 'application/vnd.msgpack'],
    ['a date', new Date(1_700_000_000_123), 'application/vnd.msgpack'],
    ['a date before 1970', new Date(-62_135_596_800_001), 'application/vnd.msgpack'],
    ['the last date', new Date(8.64e15), 'application/vnd.msgpack'],
    ['a map', new Map([['a', 1], [2, new Map([[null, new Date(5)]])]]), 'application/vnd.msgpack'],
    ['a map of lists', new Map([['a', [1, [2]]]]), 'application/vnd.msgpack'],
    ['a set', new Set([1, 'a', new Set([[]])]), 'application/vnd.msgpack'],
    ['a bigint', 2n ** 70n, 'application/vnd.msgpack'],
    ['a member that is undefined', { a: undefined, b: 1 }, 'application/vnd.msgpack'],
    ['a list with a hole', [1, undefined, 3], 'application/vnd.msgpack'],
    ['bytes inside', { list: [Uint8Array.of(1, 2), circles] }, 'application/vnd.msgpack'],
    ['numbers of all sizes', [...numbers, new Date(1)], 'application/vnd.msgpack'],
    ['long ones', new Map([['x'.repeat(70_000), [many, members, new Uint8Array(300)]]]), 'application/vnd.msgpack'],
    ['its own __proto__ beside a date', own, 'application/vnd.msgpack'],
  ]
}

/** What would not come back as it was. */
function unstorables() {
  const round = {}
  round.round = [round]
  return [
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol inside', { a: Symbol('a') }],
    ['a class instance', new (class Money { amount = 1 })()],
    ['a regular expression', [/a/]],
    ['an invalid date', new Date(Number.NaN)],
    ['what contains itself', round],
    ['an error', new Error('x')],
    ['numbers in an array of their own', new Float64Array(2)],
    ['what JSON would change', { toJSON: () => 1 }],
  ]
}

const keys = [
  ...['a', '__proto__', 'constructor', '.', '..', 'a/b//c', '/', '?q=1#f', '%2e%2e', ' ', '\n', 'ключ 🍐'],
  ...['k'.repeat(1024), '\uDCFF', 'ü\uDC80🍐\uDCC3', '\uDCFE'.repeat(1024)],
]
const badKeys = [
  ['', 'invalid-input'],
  ['a\uD800', 'invalid-input'],
  ['\uDC7F', 'invalid-input'],
  ['\uDD00', 'invalid-input'],
  ['\uDCFE'.repeat(1025), 'key-too-long'],
  ['ü'.repeat(513), 'key-too-long'],
  [1, 'invalid-input'],
]

/** A value as text that tells its types apart. */
function show(value) {
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  if (tag === 'Map')
    return `Map(${[...value].map(pair => pair.map(show).join('=>')).join()})`
  if (tag === 'Set' || tag === 'Array' || tag === 'Uint8Array')
    return `${tag}(${Array.from(value, show).join()})`
  if (tag === 'Object')
    return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${show(item)}`).join()}}`
  if (tag === 'Date')
    return `Date(${value.getTime()})`
  return tag === 'String' ? JSON.stringify(value) : `${tag} ${Object.is(value, -0) ? '-0' : String(value)}`
}

/** Does everything with an empty cache, and returns what went wrong, one sentence each. */
export async function findFaults(client) {
  const faults = []
  const expect = (what, found, wanted) => {
    if (show(found) !== show(wanted))
      faults.push(`${what}: ${show(found).slice(0, 300)} instead of ${show(wanted).slice(0, 300)}`)
  }
  const codeOf = async work => await work().then(() => 'no error', error => error.code ?? String(error))

  for (const [name, value] of values()) {
    await client.store('value', value)
    expect(name, await client.retrieve('value'), value)
    const [inBatch, added] = await client.batch([{ op: 'get', key: 'value' }, { op: 'add', key: `new ${name}`, value }])
    expect(`${name} by a batch`, [inBatch, added, await client.get(`new ${name}`)], [value, true, value])
  }
  for (const [name, value] of unstorables())
    expect(name, await codeOf(() => client.set('value', value)), 'unstorable')

  await client.flush()
  expect('all gone', await client.get('value'), undefined)
  for (const key of keys) {
    await client.set(key, { key }, { tags: ['t', 'a, b', 'ü'] })
    expect(`get ${key}`, await client.get(key), { key })
    expect(`tags ${key}`, [...await client.tags(key)].sort(), ['a, b', 't', 'ü'])
    expect(`touch ${key}`, await client.touch(key, 90), true)
    expect(`increment ${key}`, await codeOf(() => client.increment(key)), 'not-a-number')
  }
  const found = []
  for await (const key of client.keys())
    found.push(key)
  expect('the keys', found.sort(), [...keys].sort())
  for (const key of keys)
    expect(`delete ${key}`, [await client.delete(key), await client.delete(key)], [true, false])
  for (const [key, code] of badKeys) {
    const calls = [
      () => client.get(key),
      () => client.set(key, 1),
      () => client.remember(key, 1, () => 1),
      () => client.batch([{ op: 'delete', key }]),
    ]
    for (const call of calls)
      expect(`the key ${String(key).slice(0, 9)}`, await codeOf(call), code)
  }

  expect('nothing', [await client.get('n'), await client.tags('n')], [undefined, undefined])
  expect('touch nothing', await client.touch('n', 1), false)
  expect('a counter', [await client.increment('n'), await client.increment('n', 41)], [1, 42])
  expect('as it is read', [await client.get('n'), await client.increment('n', -50)], [42, -8])
  await client.set('big', Number.MAX_SAFE_INTEGER)
  expect('beyond', await codeOf(() => client.increment('big')), 'not-a-number')

  await client.batch([
    { op: 'set', key: 'p:1', value: 1, tags: ['x'] },
    { op: 'set', key: 'p:2', value: 2 },
    { op: 'set', key: 'q', value: 3, tags: ['x'] },
  ])
  expect('by tag', await client.invalidate({ tag: 'x' }), 2)
  expect('by prefix', [await client.invalidate({ prefix: 'p:' }), await client.get('p:2')], [1, undefined])
  await client.batch(['\uDCFF1', '\uDCFF2', '\uDCFE'].map(key => ({ op: 'set', key, value: 1 })))
  const listed = []
  for await (const key of client.keys('\uDCFF'))
    listed.push(key)
  expect('by a prefix of bytes', [listed, await client.invalidate({ prefix: '\uDCFF' })], [['\uDCFF1', '\uDCFF2'], 2])
  await client.delete('\uDCFE')
  expect('by nothing', await codeOf(() => client.invalidate({})), 'invalid-input')
  expect('expired', await client.flushExpired(), 0)

  const answers = await client.batch([
    { op: 'set', key: 's', value: new Date(1) },
    { op: 'add', key: 's', value: 2 },
    { op: 'get', key: 's' },
    { op: 'increment', key: 's' },
    { op: 'increment', key: 'i', by: 2 },
    { op: 'touch', key: 's', ttl: null },
    { op: 'delete', key: 's' },
    { op: 'get', key: 's' },
  ])
  const wanted = [true, false, new Date(1), 'not-a-number', 2, true, true, undefined]
  expect('a batch', answers.map(answer => answer?.code ?? answer), wanted)
  expect('a batch of nothing', await client.batch([]), [])
  const atomic = [
    { op: 'set', key: 'at', value: 1 },
    { op: 'increment', key: 'at' },
    { op: 'add', key: 'at', value: 1 },
  ]
  expect('an atomic one', await codeOf(() => client.batch(atomic, { atomic: true })), 'batch-aborted')
  expect('which did nothing', await client.get('at'), undefined)

  const { lease } = await client.lease('l')
  expect('a lease', typeof lease, 'string')
  expect('which is held', await codeOf(() => client.lease('l')), 'lease-held')
  await client.set('l', 'made', { lease })
  expect('and fulfilled', await client.lease('l'), { value: 'made' })
  const { lease: ended } = await client.lease('l2')
  await client.delete('l2')
  expect('and ended', await codeOf(() => client.set('l2', 1, { lease: ended })), 'lease-ended')

  let made = 0
  const make = async () => new Map([['made', ++made]])
  const all = await Promise.all(Array.from({ length: 50 }, () => client.remember('r', 60, make)))
  all.push(await client.remember('r', 60, make))
  expect('remember', all, Array.from({ length: 51 }, () => new Map([['made', 1]])))
  expect('calls of its function', made, 1)
  const fail = () => Promise.reject(Object.assign(new Error('mine'), { code: 'mine' }))
  expect('what its function throws', await codeOf(() => client.remember('f', 60, fail)), 'mine')
  expect('and again at once', await client.remember('f', 60, () => 'now'), 'now')
  expect('undefined', await client.remember('u', 60, () => undefined), undefined)
  expect('is not stored', await client.remember('u', 60, () => 1), 1)
  return faults
}
