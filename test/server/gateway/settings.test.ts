import { createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { send } from '../../helpers/http-client'
import { freePort } from '../../helpers/redis-server'
import { manage } from '../security/support'
import { setUpGateway } from './setup'

const rig = setUpGateway()
const asJson = (value: unknown) => ({ body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } })
const source = { connection: 'api' }

// Red: in src/main/admin/gateway-rules.ts, or src/shared/gateway-settings.ts, the part of the row.
it.each<[what: string, settings: object, field: string]>([
  ['no source', { gateway: { port: 7801 } }, 'gateway'],
  ['a storage format', { source, format: 'json', gateway: { port: 7801 } }, 'gateway'],
  ['no port', { source, gateway: {} }, 'gateway.port'],
  ['a port as text', { source, gateway: { port: '7801' } }, 'gateway.port'],
  ['a port that is none', { source, gateway: { port: 65_536 } }, 'gateway.port'],
  ['an origin with a path', { source, gateway: { port: 7801, origins: ['http://a.test/'] } }, 'gateway.origins.0'],
  ['an origin that is none', { source, gateway: { port: 7801, origins: ['*'] } }, 'gateway.origins.0'],
  ['another word', { source, gateway: { port: 7801, off: 'open' } }, 'gateway.off'],
  ['secrets as a number', { source, gateway: { port: 7801, secrets: 1 } }, 'gateway.secrets'],
  ['a field of its own', { source, gateway: { port: 7801, __proto: 1 } }, 'gateway.__proto'],
])('refuses %s, names the field and makes nothing', async (_, settings, field) => {
  const answer = await rig.larder.send('POST', '/admin/caches', asJson({ name: 'wrong', ttl: 60, ...settings }))
  expect([answer.status, answer.json<{ errors: { field: string }[] }>().errors[0]?.field]).toEqual([400, field])
  expect((await rig.larder.send('GET', '/admin/caches/wrong')).status).toBe(404)
})

it('refuses the port of the server, and of another gateway', async () => {
  for (const port of [rig.larder.port, rig.port]) {
    const input = { name: 'twice', ttl: 60, source, gateway: { port } }
    const { status, text } = await rig.larder.send('POST', '/admin/caches', asJson(input))
    const sentence = 'gateway.port: is taken by this server or by another'
    expect([status, text]).toEqual([400, expect.stringContaining(sentence)])
  }
})

// Red: in src/main/gateway/gateways.ts leave out `leave`, or what compares the ports.
it('moves, closes and opens its port as it is changed, and stays where it is otherwise', async () => {
  rig.answer = (_, response) => void response.setHeader('Cache-Control', 'max-age=60').end('x')
  const [first, second] = [await rig.open('moving'), await freePort()]
  const change = async (settings: object) =>
    (await rig.larder.send('PATCH', '/admin/caches/moving', asJson(settings))).json()
  const isOpen = async (port: number): Promise<boolean> =>
    await send(port, 'GET', '/').then(({ status }) => status === 200, () => false)
  expect([await isOpen(first), await isOpen(second)]).toEqual([true, false])
  expect(await change({ gateway: { port: second } })).toMatchObject({
    gateway: { port: second, off: 'pass' },
    gatewayState: { state: 'listening', url: `http://localhost:${second}`, detail: null },
  })
  expect([await isOpen(first), await isOpen(second)]).toEqual([false, true])
  await manage(rig.larder, 'POST', '/admin/caches/moving/rename', { to: 'moved' })
  await rig.larder.send('PATCH', '/admin/caches/moved', asJson({ ttl: 5 }))
  expect(await isOpen(second)).toBe(true)
  const refused = await rig.larder.send('PATCH', '/admin/caches/moved', asJson({ source: null }))
  expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('a gateway needs a source')])
  const none = await rig.larder.send('PATCH', '/admin/caches/moved', asJson({ gateway: null }))
  expect(none.json()).not.toHaveProperty('gatewayState')
  expect(await isOpen(second)).toBe(false)
})

// Red: in src/main/gateway/gateways.ts open the port anew for each change, or in
// src/main/upstreams/http/forwarding.ts destroy the agent.
it('goes on with answers that are under way while its settings and its connection are changed', async () => {
  const port = await rig.open('edited', { off: '503' })
  const waiting: (() => void)[] = []
  rig.answer = (_, response) => {
    response.write('begin ')
    waiting.push(() => response.end('end'))
  }
  const answer = send(port, 'GET', '/edited')
  await expect.poll(() => waiting.length).toBe(1)
  await rig.larder.send('PATCH', '/admin/caches/edited', asJson({ source: { grace: 7 }, gateway: { off: 'pass' } }))
  await manage(rig.larder, 'PATCH', '/admin/connections/api', { headers: 'X-Edited: 1' })
  rig.answer = ({ headers }, response) => void response.end(`edited ${headers['x-edited']}`)
  expect((await send(port, 'GET', '/other')).text).toBe('edited 1')
  waiting.shift()?.()
  expect((await answer).text).toBe('begin end')
})

// Red: in src/main/gateway/gateways.ts leave `retry` out.
it('says that its port is taken, and takes it when it is free', async () => {
  const other = createServer()
  onTestFinished(() => void other.close())
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  const input = { name: 'taken', ttl: 60, source, gateway: { port } }
  const created = await rig.larder.send('POST', '/admin/caches', asJson(input))
  expect([created.status, created.json().gatewayState]).toEqual([201, {
    state: 'failed',
    url: `http://localhost:${port}`,
    detail: `Port ${port} is taken (127.0.0.1:${port}). Stop the program that uses it, or give the gateway another one.`,
  }])
  await new Promise(resolve => other.close(resolve))
  await expect.poll(async () => (await rig.larder.send('GET', '/admin/caches/taken')).json().gatewayState)
    .toMatchObject({ state: 'listening' })
})

it('only administrators open one, or lead one elsewhere', async () => {
  await manage(rig.larder, 'PATCH', '/admin/connections/api', { offered: true })
  const [name, password] = ['ben', 'a long password of ben']
  await manage(rig.larder, 'POST', '/admin/users', { name, password })
  const { token } = await manage<{ token: string }>(rig.larder, 'POST', '/admin/session', { name, password })
  const ben = (input: object) => rig.larder.send('POST', '/admin/caches', {
    body: JSON.stringify({ name: 'own', ttl: 60, source, ...input }),
    headers: { 'Content-Type': 'application/json', 'Api-Key': token },
  })
  const refused = await ben({ gateway: { port: await freePort() } })
  expect([refused.status, refused.json().code]).toEqual([403, 'admin-only'])
  expect((await ben({})).status).toBe(201)
})

it('opens again after a restart', async () => {
  const port = await rig.open('lasting')
  rig.answer = (_, response) => void response.end('again')
  rig.larder = await rig.larder.restart()
  expect((await send(port, 'GET', '/')).text).toBe('again')
})
