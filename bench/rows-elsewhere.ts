import type { Load } from './load/wrk'
import type { Peer } from './peers/start'
import type { Keep, Row } from './row'
import { create, native, value } from './loads'
import { ask } from './peers/answers'
import { startNginx } from './peers/nginx'
import { freePort, isInstalled, startBare, startRedis } from './peers/start'

const tierPath = '/api/caches/tier/entries/hit'

/** A hit of a near copy of the shared tier, beside one of a cache that lives in Larder alone. */
export async function nearHit(larder: Peer, keep: Keep): Promise<Row['lanes']> {
  const redis = await keep(startRedis())
  await create(larder, '/admin/connections', { name: 'tier', driver: 'redis', url: `redis://127.0.0.1:${redis.port}` })
  const backend = { connection: 'tier', prefix: 'bench:', near: { ttl: null } }
  await create(larder, '/admin/caches', { name: 'tier', ttl: 3600, backend })
  await ask(larder, 'PUT', tierPath, value)
  // The first read opens the connection by which Redis tells of changes.
  for (let tries = 0; await copiesOf(larder) === 0; tries++) {
    if (tries === 500)
      throw new Error('The shared tier keeps no near copy.')
    await ask(larder, 'GET', tierPath)
  }
  return [
    { peer: larder, name: 'Larder, alone', load: { method: 'GET', path: `${native}/hit` } },
    { peer: larder, name: 'Larder, near copy', load: { method: 'GET', path: tierPath } },
  ]
}

async function copiesOf(larder: Peer): Promise<number> {
  const { body } = await ask(larder, 'GET', '/admin/caches/tier')
  return (JSON.parse(body) as { tier: { copies: number } }).tier.copies
}

const gateways = { held: 'gateway, held', passed: 'gateway, passed on' } as const
const proxied: Load = { method: 'GET', path: '/products/7' }

/** What a gateway holds, and what it passes on; beside nginx, if that is there. */
export async function gatewayRows(
  larder: Peer,
  keep: Keep,
  { wanted, peers }: { wanted: (name: string) => boolean, peers: boolean },
): Promise<Row[]> {
  const kinds = (['held', 'passed'] as const).filter(kind => wanted(gateways[kind]))
  if (kinds.length === 0)
    return []
  const withNginx = peers && isInstalled('nginx')
  const originOf = async (cacheControl: string): Promise<number> => {
    const headers = ['Content-Type', 'application/json', 'Cache-Control', cacheControl, 'Content-Length', '1000']
    return (await keep(startBare({ GET: { status: 200, headers, body: 'x'.repeat(1000) } }))).port
  }
  const origins = { held: await originOf('max-age=3600'), passed: await originOf('no-store') }
  const nginx = withNginx ? await startNginx(origins) : null
  if (nginx)
    await keep(Promise.resolve(nginx.held))
  const laneOf = async (kind: 'held' | 'passed'): Promise<Row['lanes']> => {
    const port = await freePort()
    const url = `http://127.0.0.1:${origins[kind]}/{key}`
    await create(larder, '/admin/connections', { name: kind, driver: 'http', url })
    await create(larder, '/admin/caches', { name: kind, ttl: 60, source: { connection: kind }, gateway: { port } })
    const gateway = { peer: { ...larder, port }, name: 'Larder', load: proxied }
    return nginx ? [{ peer: nginx[kind], name: 'nginx', load: proxied }, gateway] : [gateway]
  }
  const rows: Row[] = []
  for (const kind of kinds)
    rows.push({ name: gateways[kind], lanes: await laneOf(kind) })
  return rows
}
