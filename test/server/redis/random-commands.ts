import fc from 'fast-check'

/** A command as words. */
type Command = (string | Buffer)[]

const key = fc.constantFrom('a', 'b', 'c', 'd', 'key:1', 'key:2', 'k\xC3\xA9', 'h:1', 's:1')
/** Sometimes of another kind. */
const hashKey = fc.constantFrom('h:1', 'h:2', 'h:1', 'h:2', 'a')
const setKey = fc.constantFrom('s:1', 's:2', 's:3', 's:1', 's:2', 's:3', 'a', 'h:1')
const number = fc.constantFrom(
  '0',
  '1',
  '-1',
  '7',
  '42',
  '007',
  '+1',
  ' 1',
  '-0',
  '1.5',
  '',
  'x',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
)
/** Halves of halves: Redis calculates with 80 bits, and shows where they end. */
const float = fc.constantFrom(
  ...['0.5', '1.25', '-3', '3.0e3', '.5', '5.', '+2', '007', '0.125', '5e-1', 'x', 'inf', 'nan', '', ' 1', '1e'],
)
const floatKey = fc.constantFrom('f:1', 'f:2')
const value = fc.oneof(
  number,
  fc.constantFrom('text', 'Hello World', '3.0', '10.50'),
  fc.uint8Array({ maxLength: 12 }).map(bytes => Buffer.from(bytes)),
  fc.constantFrom(5000, 50).map(length => 'x'.repeat(length)),
)
const field = fc.oneof(
  fc.constantFrom('f', 'g', 'field', '1', '', '\xFF', 'x'.repeat(70)),
  fc.uint8Array({ maxLength: 2 }).map(bytes => Buffer.from(bytes)),
)
const member = fc.oneof(field, number, fc.constantFrom('x'.repeat(300)))
/** Larder answers one by chance as Redis does only where there is no choice. */
const allOrNone = fc.constantFrom('1000', '0', 'x', '-9223372036854775808', '9223372036854775807')
/** So far from each other that a busy machine changes nothing about their order. */
const seconds = fc.constantFrom('100000', '200000', '300000', '0', '-1', 'x', '9223372036854775807')
const milliseconds = fc.constantFrom('100000000', '200000000', '300000000', '0', '-5', 'x', '9223372036854775807')
/** Hardly any two are the same: a millisecond more or less decides nothing. */
const moment = fc.integer({ min: 4_000_000_000, max: 4_100_000_000 })
const later = fc.oneof(moment.map(String), fc.constantFrom('1', '0', '-7', 'x', '9223372036854775807'))
const laterMilliseconds = fc.oneof(moment.map(seconds => `${seconds}000`), fc.constantFrom('1', 'x'))
const offset = fc.constantFrom('0', '1', '3', '-1', '-3', '100', '-100', 'x', '9223372036854775808')
const database = fc.constantFrom('0', '1', '2', '15', '16', '-1', 'x')
const condition = fc.constantFrom('NX', 'XX', 'nx', 'no')
/** Two moments that are counted from now may be the same on one server alone. */
const comparison = fc.constantFrom('NX', 'XX', 'GT', 'LT', 'gt', 'no')
const pattern = fc.constantFrom(
  ...['*', 'a*', 'key:?', 'key:[12]', 'key:[^1]', '?', '[a-c]', '\\a', 'k*1', '[', 'a', '', '**', '[a', '[^'],
  'k[\xC3]*',
)

const time = fc.oneof(
  fc.tuple(fc.constantFrom('EX', 'ex'), seconds),
  fc.tuple(fc.constant('PX'), milliseconds),
  fc.tuple(fc.constant('EXAT'), fc.constantFrom('4000000000', '0', 'x')),
  fc.tuple(fc.constant('PXAT'), fc.constantFrom('4000000000000', '0', 'x')),
)
const setOption = fc.oneof(time, fc.constantFrom(['NX'], ['XX'], ['GET'], ['KEEPTTL'], ['xx'], ['NO'], ['EX']))
const getexOption = fc.oneof(time, fc.constantFrom(['PERSIST'], ['NO'], ['PX']))

function command(...parts: fc.Arbitrary<string | Buffer | (string | Buffer)[]>[]): fc.Arbitrary<Command> {
  return fc.tuple(...parts).map(words => words.flat())
}
const word = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names)
function some<T>(one: fc.Arbitrary<T>, minLength = 0, maxLength = 3): fc.Arbitrary<T[]> {
  return fc.array(one, { minLength, maxLength })
}
function flat(list: fc.Arbitrary<(string | readonly string[])[]>): fc.Arbitrary<string[]> {
  return list.map(words => words.flat())
}

const data: fc.Arbitrary<Command> = fc.oneof(
  command(word('GET', 'get', 'STRLEN', 'GETDEL', 'TYPE', 'TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME', 'PERSIST'), key),
  command(word('INCR', 'DECR'), key),
  command(word('SET', 'SETNX', 'GETSET', 'APPEND'), key, value),
  command(word('SET'), key, value, flat(some(setOption, 1))),
  command(word('SETEX'), key, seconds, value),
  command(word('PSETEX'), key, milliseconds, value),
  command(word('GETEX'), key, flat(some(getexOption, 0, 2))),
  command(word('INCRBY', 'DECRBY'), key, number),
  command(word('INCRBYFLOAT', 'INCRBYFLOAT', 'SET'), floatKey, float),
  command(word('GET', 'DEL', 'INCR'), floatKey),
  command(word('GETRANGE', 'SUBSTR'), key, offset, offset),
  command(word('SETRANGE'), key, offset, value),
  command(word('MGET', 'DEL', 'UNLINK', 'EXISTS', 'TOUCH'), some(key, 1)),
  command(word('MSET', 'MSETNX'), some(fc.oneof(key, value.filter(({ length }) => length > 0 && length < 900)), 2, 4)),
  command(word('RENAME', 'RENAMENX'), key, key),
  command(word('COPY'), key, key, flat(some(fc.oneof(word('REPLACE', 'NO'), fc.tuple(word('DB'), database)), 0, 2))),
  command(word('EXPIRE'), key, seconds, some(condition, 0, 2)),
  command(word('PEXPIRE'), key, milliseconds, some(condition, 0, 2)),
  command(word('EXPIREAT'), key, later, some(comparison, 0, 2)),
  command(word('PEXPIREAT'), key, laterMilliseconds, some(comparison, 0, 2)),
  command(word('KEYS'), pattern),
  command(word('SCAN'), word('0', 'x', '00'), word('COUNT'), word('1000', '0', 'x'), flat(some(
    fc.oneof(fc.tuple(word('MATCH'), pattern), fc.tuple(word('TYPE'), word('string', 'hash', 'set')), word('NO')),
    0,
    2,
  ))),
  command(word('DBSIZE')),
)

const scanOptions = flat(some(fc.oneof(fc.tuple(word('MATCH'), pattern), word('NO')), 0, 1))

const hashes: fc.Arbitrary<Command> = fc.oneof(
  command(word('HSET', 'hset', 'HMSET'), hashKey, some(fc.oneof(field, value), 1, 5)),
  command(word('HSET', 'HMSET'), hashKey, fc.tuple(field, value), fc.tuple(field, value)),
  command(word('HSETNX'), hashKey, field, value),
  command(word('HGET', 'HEXISTS', 'HSTRLEN'), hashKey, field),
  command(word('HMGET', 'HDEL'), hashKey, some(field, 1)),
  command(word('HGETALL', 'HLEN', 'HKEYS', 'HVALS', 'DEL'), hashKey),
  command(word('HINCRBY'), hashKey, field, number),
  command(word('HINCRBYFLOAT'), hashKey, word('float'), float),
  command(word('HSET'), hashKey, word('float'), float),
  command(word('HRANDFIELD'), hashKey, allOrNone, some(word('WITHVALUES', 'no'), 0, 2)),
  command(word('HSCAN'), hashKey, word('0', 'x', '00'), word('COUNT'), word('1000', '0', 'x'), scanOptions),
)

const sets: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: command(word('SADD', 'sadd'), setKey, some(member, 1, 6)) },
  command(word('SREM', 'SMISMEMBER'), setKey, some(member, 1)),
  command(word('SMEMBERS', 'SCARD', 'DEL', 'TYPE'), setKey),
  command(word('SISMEMBER'), setKey, member),
  command(word('SPOP'), setKey, allOrNone, some(word('no'), 0, 1)),
  command(word('SRANDMEMBER'), setKey, allOrNone, some(word('no'), 0, 1)),
  command(word('SMOVE'), setKey, setKey, member),
  command(word('SINTER', 'SUNION', 'SDIFF'), some(setKey, 1)),
  command(word('SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE'), setKey, some(setKey, 1)),
  command(word('SINTERCARD'), word('1', '2', '3', '0', 'x'), some(setKey, 1), flat(some(
    fc.oneof(fc.tuple(word('LIMIT'), word('0', '1', '100', '-1', 'x')), word('NO', 'LIMIT')),
    0,
    1,
  ))),
  command(word('SSCAN'), setKey, word('0', 'x', '00'), word('COUNT'), word('1000', '0', 'x'), scanOptions),
)

const rest: fc.Arbitrary<Command> = fc.oneof(
  command(word('MULTI', 'EXEC', 'DISCARD', 'UNWATCH')),
  command(word('WATCH'), some(key, 1)),
  command(word('SELECT'), database),
  command(
    word('PING', 'ECHO', 'GET', 'SET', 'MSET', 'CLIENT', 'OBJECT', 'FLUSHALL', 'FLUSHDB', 'HSET', 'SADD', 'SINTER'),
    some(key, 0, 3),
  ),
  command(word('NOSUCH'), some(value, 0, 3)),
  command(word('CLIENT'), word('SETNAME', 'GETNAME', 'NOSUCH', 'REPLY', 'NO-EVICT'), some(key, 0, 1)),
  command(
    word('HELLO'),
    word('2', '3', '4', 'x'),
    flat(some(fc.oneof(fc.tuple(word('SETNAME'), key), word('NO')), 0, 1)),
  ),
  command(word('RESET')),
)

/** Commands as an app sends them, right ones and wrong ones. */
export function randomCommands(length: number): fc.Arbitrary<Command[]> {
  return fc.array(
    fc.oneof(
      { weight: 9, arbitrary: data },
      { weight: 4, arbitrary: hashes },
      { weight: 4, arbitrary: sets },
      { weight: 2, arbitrary: rest },
    ),
    { minLength: length, maxLength: length },
  )
}
