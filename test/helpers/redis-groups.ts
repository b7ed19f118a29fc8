import type { RedisServer } from './redis-server'
import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import { patience } from './patience'
import { freePort, startRedis } from './redis-server'

const slots = 16_384

export interface RedisCluster {
  /** The masters first; then, where there are some, their replicas in the same order. */
  nodes: RedisServer[]
  /** With all of the nodes. */
  url: string
  /** Which master has a slot, as most of the nodes see it now. */
  owners: () => Promise<(slot: number) => RedisServer>
  /** Moves a slot with its keys to another master, as `redis-cli --cluster reshard` does. */
  moveSlot: (slot: number, to: RedisServer, between?: () => Promise<void>) => Promise<void>
  dispose: () => Promise<void>
}

/** Starts a real cluster of three masters on free ports, whose nodes miss each other after 2 s. */
export async function startRedisCluster(
  { replicas = false, settings = [] }: { replicas?: boolean, settings?: string[] } = {},
): Promise<RedisCluster> {
  const count = replicas ? 6 : 3
  const nodes: RedisServer[] = []
  const buses: number[] = []
  const dispose = async (): Promise<void> => void await Promise.all(nodes.map(node => node.dispose()))
  try {
    for (let index = 0; index < count; index++) {
      const bus = await freePort()
      buses.push(bus)
      nodes.push(await startRedis(
        ...['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '2000'],
        ...['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1', ...settings],
      ))
    }
    await join(nodes, buses)
  }
  catch (error) {
    await dispose()
    throw error
  }

  async function owners(): Promise<(slot: number) => RedisServer> {
    const views = (await Promise.all(nodes.map(node => viewOf(node).catch(() => undefined))))
      .filter(view => view !== undefined)
    return (slot) => {
      const counts = [...Map.groupBy(views, view => view[slot])].toSorted(([, a], [, b]) => b.length - a.length)
      const owner = nodes.find(({ port }) => port === counts[0]?.[0])
      if (!owner)
        throw new Error(`Nobody has the slot ${slot}`)
      return owner
    }
  }

  return {
    nodes,
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join()}`,
    owners,
    async moveSlot(slot, to, between = async () => {}) {
      const from = (await owners())(slot)
      const [source, target] = [await idOf(from), await idOf(to)]
      expectOk(await to.command('CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', source))
      expectOk(await from.command('CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', target))
      await between()
      for (;;) {
        const keys = await from.command('CLUSTER', 'GETKEYSINSLOT', String(slot), '100')
        if (!Array.isArray(keys) || keys.length === 0)
          break
        const names = keys.filter(Buffer.isBuffer)
        // NOKEY if all of them have come to their end meanwhile.
        await from.command('MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...names)
      }
      for (const node of [to, from])
        expectOk(await node.command('CLUSTER', 'SETSLOT', String(slot), 'NODE', target))
    },
    dispose,
  }
}

async function join(nodes: readonly RedisServer[], buses: readonly number[]): Promise<void> {
  const [first] = nodes as [RedisServer]
  for (const [index, node] of nodes.entries()) {
    if (index < 3) {
      const from = Math.floor(index * slots / 3)
      const to = Math.floor((index + 1) * slots / 3) - 1
      expectOk(await node.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to)))
    }
    expectOk(await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)))
    if (index > 0)
      expectOk(await node.command('CLUSTER', 'MEET', '127.0.0.1', String(first.port), String(buses[0])))
  }
  await until('the cluster knows itself', async () => {
    const infos = await Promise.all(nodes.map(node => node.command('CLUSTER', 'INFO')))
    return infos.every(info => String(info).includes(`cluster_known_nodes:${nodes.length}\r`))
  })
  for (const [index, node] of nodes.slice(3).entries())
    expectOk(await node.command('CLUSTER', 'REPLICATE', await idOf(nodes[index] as RedisServer)))
  await until('the cluster is up', async () => {
    const infos = await Promise.all(nodes.map(node => node.command('CLUSTER', 'INFO')))
    return infos.every(info => String(info).includes('cluster_state:ok'))
  })
  await Promise.all(nodes.slice(3).map(replicates))
}

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.command('CLUSTER', 'MYID'))
}

/** The ports of the masters, by slot. */
async function viewOf(node: RedisServer): Promise<number[]> {
  const ports: number[] = []
  const ranges = await within(node.command('CLUSTER', 'SLOTS'))
  for (const [from, to, [, port]] of ranges as [number, number, [unknown, number]][])
    Array.from({ length: to - from + 1 }, (_, index) => ports[from + index] = port)
  return ports
}

export interface RedisSentinel {
  master: RedisServer
  replica: RedisServer
  sentinel: RedisServer
  url: string
  /** The one that the sentinel names now. */
  named: () => Promise<RedisServer>
  dispose: () => Promise<void>
}

/** Starts a real master, its replica, and a sentinel that misses a server after 1 s. */
export async function startRedisSentinel(...settings: string[]): Promise<RedisSentinel> {
  const servers: RedisServer[] = []
  const dispose = async (): Promise<void> => void await Promise.all(servers.map(server => server.dispose()))
  async function start(...given: string[]): Promise<RedisServer> {
    const server = await startRedis(...given)
    servers.push(server)
    return server
  }
  try {
    const soon = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1', ...settings]
    const master = await start(...soon)
    const replica = await start(...soon, '--replicaof', `127.0.0.1 ${master.port}`)
    await replicates(replica)
    const sentinel = await start(
      `sentinel monitor shop 127.0.0.1 ${master.port} 1`,
      'sentinel down-after-milliseconds shop 1000',
      'sentinel failover-timeout shop 3000',
    )
    await until('the sentinel knows the replica', async () =>
      (await sentinel.command('SENTINEL', 'REPLICAS', 'shop') as unknown[]).length === 1)
    return {
      master,
      replica,
      sentinel,
      url: `redis+sentinel://127.0.0.1:${sentinel.port}/shop`,
      async named() {
        const [, port] = await sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'shop') as unknown[]
        return Number(String(port)) === master.port ? master : replica
      },
      dispose,
    }
  }
  catch (error) {
    await dispose()
    throw error
  }
}

/** Until a server has what its master has. */
export async function replicates(replica: RedisServer): Promise<void> {
  await until('the replica is there', async () =>
    String(await replica.command('INFO', 'replication')).includes('master_link_status:up'))
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patience
  while (!await holds()) {
    if (performance.now() > deadline)
      throw new Error(`It never came that ${what}`)
    await sleep(50)
  }
}

/** A node that is stopped does not answer. */
async function within<T>(work: Promise<T>): Promise<T> {
  return await Promise.race([work, sleep(1000, undefined, { ref: false }).then(() => {
    throw new Error('No answer')
  })])
}

function expectOk(reply: unknown): void {
  if (reply !== 'OK')
    throw new Error(`Redis answered ${JSON.stringify(reply)}`)
}
