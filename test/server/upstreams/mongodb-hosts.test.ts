import { describe, expect, it, onTestFinished } from 'vitest'
import { hostsOf } from '../../../src/main/upstreams/mongodb/hosts'
import { createMongodbDriver } from '../../../src/main/upstreams/mongodb/mongodb'
import { parseMongodbUrl } from '../../../src/shared/connections/mongodb-url'
import { readConnection } from '../../../src/shared/connections/read'
import { aValue, neverAborts } from '../../contract/sources'
import { startBlackHole } from '../../helpers/black-hole'
import { poolFor, serverForTest, sourceFor, tryOut } from '../../helpers/mongodb/pool'

describe('a replica set', () => {
  const secondary = { isWritablePrimary: false, secondary: true, setName: 'rs' }

  // Red: in src/main/upstreams/mongodb/hosts.ts open one host after the other.
  it('is asked at its primary, while another member does not answer', async () => {
    const hole = await startBlackHole()
    onTestFinished(() => hole.dispose())
    const second = await serverForTest({ hello: secondary })
    const primary = await serverForTest({ hello: { setName: 'rs' } })
    const hosts = [hole.port, second.port, primary.port].map(port => `127.0.0.1:${port}`).join()
    await sourceFor({ url: `mongodb://${hosts}/?replicaSet=rs` }).writes.set('a', aValue('x'), neverAborts)
    expect([second.commands.length, primary.commands.length > 0]).toEqual([0, true])
    await expect.poll(() => [hole.open(), second.open(), primary.open()]).toEqual([0, 0, 1])
  })

  // S22. What a member says of others is never an address to go to.
  it('is never looked for at hosts that the URL does not name', async () => {
    const elsewhere = await serverForTest()
    const hosts = [`127.0.0.1:${elsewhere.port}`]
    const server = await serverForTest({ hello: { ...secondary, primary: '169.254.169.254:80', hosts } })
    const message = (primary: string): object => ({
      ok: false,
      step: 'authenticate',
      message: `The primary of the replica set is ${primary}, which the URL does not name.`,
    })
    expect(await tryOut({ url: server.url })).toMatchObject(message('169.254.169.254:80'))
    server.describe({ ...secondary, primary: `127.0.0.1:${elsewhere.port}` })
    expect(await tryOut({ url: server.url })).toMatchObject(message(`127.0.0.1:${elsewhere.port}`))
    expect(elsewhere.open()).toBe(0)
    server.describe({ ...secondary, primary: 'canary, canary' })
    const without = 'The replica set has no primary at the moment.'
    expect(await tryOut({ url: server.url })).toMatchObject({ message: without })
    expect(await tryOut({ url: `${server.url},127.0.0.1:1` })).toMatchObject({ step: 'authenticate' })
    server.describe({ ...secondary, primary: '127.0.0.1:1' })
    expect(await tryOut({ url: `${server.url},127.0.0.1:1` })).toMatchObject({
      message: 'The primary of the replica set, 127.0.0.1:1, cannot be reached.',
    })
    expect(await tryOut({ url: `${server.url}/?directConnection=true` }, false)).toMatchObject({ ok: true })
  })

  // Red: in src/main/upstreams/mongodb/client.ts leave out `wire.close()` of `run`.
  it('is looked for again when its primary is another one', async () => {
    const [old, next] = [await serverForTest({ hello: { setName: 'rs' } }), await serverForTest({ hello: secondary })]
    const pool = poolFor({ url: `${old.url},127.0.0.1:${next.port}/?replicaSet=rs` })
    const source = pool.sourceOf('main', { format: 'a/b' })
    await source?.load('a', neverAborts)
    old.describe(secondary)
    next.describe({ setName: 'rs' })
    old.intercept('find', () => ({ ok: 0, code: 10_107, codeName: 'NotWritablePrimary', errmsg: 'not primary' }))
    await expect(source?.load('a', neverAborts)).rejects.toMatchObject({
      failure: 'refused',
      message: 'The server is not the primary of its replica set.',
    })
    await expect.poll(() => next.open()).toBe(1)
    await expect.poll(() => pool.condition('main').state).toBe('ok')
    expect(await source?.load('a', neverAborts)).toBeUndefined()
    expect(next.commands).toHaveLength(1)
  })

  it('that did not confirm a write leaves it in doubt', async () => {
    const server = await serverForTest()
    const source = sourceFor({ url: `${server.url}/?w=majority` })
    server.intercept('findAndModify', () => ({ value: null, writeConcernError: { code: 64, errmsg: 'canary' } }))
    await expect(source.writes.set('a', aValue('x'), neverAborts)).rejects.toMatchObject({
      failure: 'lost',
      message: 'The write did not reach as many servers as it should.',
    })
  })
})

describe('the records of a name', () => {
  type Records = { name: string, port: number }[]
  async function hostsBy(query: string, records: Records, texts: string[][] = []) {
    const asked: string[] = []
    const url = parseMongodbUrl(`mongodb+srv://cluster.db.test/${query}`) ?? expect.unreachable()
    const found = await hostsOf(url, { signal: neverAborts, step: () => {} }, {
      async srv(name) {
        asked.push(name)
        return records
      },
      txt: async () => texts,
    })
    expect(asked).toEqual(['_mongodb._tcp.cluster.db.test'])
    return found
  }
  const records = [{ name: 'One.db.test.', port: 1 }, { name: 'two.db.test', port: 2 }]
  const hosts = [{ host: 'one.db.test', port: 1 }, { host: 'two.db.test', port: 2 }]

  it('say which hosts there are, and where the user is known', async () => {
    expect(await hostsBy('', records)).toEqual({ hosts, replicaSet: undefined, authSource: undefined })
    const texts = [['authSource=shop&', 'replicaSet=rs']]
    expect(await hostsBy('', records, texts)).toEqual({ hosts, replicaSet: 'rs', authSource: 'shop' })
    expect(await hostsBy('?authSource=own', records, texts)).toMatchObject({ authSource: 'own' })
  })

  const elsewhere = 'The records of cluster.db.test lead to another domain, which Larder does not follow.'
  // S22. Red: in src/main/upstreams/mongodb/hosts.ts do not compare with `parent`.
  it.each([
    ['none', [], 'The name cluster.db.test has no records of MongoDB servers.'],
    ...['one.evil.test', 'evildb.test', '127.0.0.1', 'db.test'].map(name =>
      [name, [{ name, port: 1 }], elsewhere] as const),
  ] as const)('lead nowhere: %s', async (_, found, message) => {
    await expect(hostsBy('', [...found])).rejects.toMatchObject({ failure: 'unreachable', message })
  })

  it('have their hosts asked, each by its checked address', async () => {
    const driver = createMongodbDriver({ wall: () => 0 }, {
      srv: async () => [{ name: 'one.a.invalid', port: 1 }],
      txt: async () => [],
    })
    const steps: string[] = []
    const definition = readConnection('mongodb', { url: 'mongodb+srv://cluster.a.invalid' })
    await expect(driver.open(definition, { signal: neverAborts, step: step => steps.push(step) }))
      .rejects
      .toMatchObject({ message: expect.stringContaining('one.a.invalid cannot be found') as string })
    expect(steps).toEqual(['resolve', 'resolve'])
  })
})
