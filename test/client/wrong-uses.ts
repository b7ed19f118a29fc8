// Nobody runs this: vue-tsc reads it, and fails where one of these is no error any more.
// Red: in src/client/types.ts let `set` take `unknown`.
import type { ClientOptions, LarderClient } from '../../src/client/types'
import { createClient } from '../../src/client/client'

interface User { name: string, born: Date, tags?: string[], more: Map<string, { at: number | null }> }
class Account {
  amount = 1
  pay(): void {}
}

declare const client: LarderClient
declare const user: User
declare const maybe: string | undefined
declare const anything: unknown
type Json = null | string | number | boolean | Json[] | { [name: string]: Json }
declare const json: Json
declare const fixed: { readonly at: ReadonlyMap<string, readonly number[]>, readonly ids: ReadonlySet<string> }

// What is right.
void client.set('a', user, { ttl: null, tags: ['t'] })
void client.store('a', [1, 'x', null, new Uint8Array(1), new Set([2n]), { a: undefined }] as const)
void client.set('a', json)
void client.store('a', { deep: [json], fixed })
void client.remember('a', null, async () => user).then(({ name }) => name)
void client.remember('a', null, () => maybe).then(text => text?.length)
void client.remember<Json>('a', 60, async () => json)
void client.get<User>('a').then(found => found?.born.getTime())
void client.batch([{ op: 'increment', key: 'a' }, { op: 'get', key: 'a' }]).then(([count]) => count)
client.on('away', ({ error }) => error.code === 'unreachable')()

// @ts-expect-error a function cannot be stored
void client.set('a', () => 1)
// @ts-expect-error nor a symbol
void client.set('a', { deep: [Symbol('a')] })
// @ts-expect-error nor a class instance with methods
void client.store('a', new Account())
// @ts-expect-error nor a promise, which somebody forgot to wait for
void client.store('a', { user: Promise.resolve(1) })
// @ts-expect-error undefined means that nothing is there
void client.set('a', undefined)
// @ts-expect-error nor what may be undefined
void client.set('a', maybe)
// @ts-expect-error nor what nobody knows
void client.set('a', anything)
// @ts-expect-error a key is text
void client.get(1)
// @ts-expect-error a TTL is a number of seconds
void client.set('a', 1, { ttl: '5m' })
// @ts-expect-error there is no such option
void client.set('a', 1, { tll: 5 })
// @ts-expect-error what is read may not be there
void client.get<User>('a').then(found => found.name)
// @ts-expect-error a value without a type is unknown
void client.retrieve('a').then(found => found.name)
// @ts-expect-error remember needs a TTL
void client.remember('a', async () => 1)
// @ts-expect-error it gives what its function makes
void client.remember('a', 60, () => 'text').then((made: number) => made)
// @ts-expect-error a function that it makes cannot be stored
void client.remember('a', 60, () => () => 1)
// @ts-expect-error nor a class instance with methods
void client.remember('a', 60, async () => new Account())
// @ts-expect-error only one of them
void client.invalidate({ tog: 'a' })
// @ts-expect-error there is no such step
void client.batch([{ op: 'got', key: 'a' }])
// @ts-expect-error a set has a value
void client.batch([{ op: 'set', key: 'a' }])
// @ts-expect-error there is no such event
client.on('gone', () => {})
// @ts-expect-error a lease is a value, or the right to make it
void client.lease<User>('a').then(({ value }) => value.name)
// @ts-expect-error there is no such option
createClient({ uri: 'http://localhost:7777' })
// @ts-expect-error it is a number
void ({ timeout: '1' } satisfies ClientOptions)
