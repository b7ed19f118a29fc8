import type { TestLarder } from '../../helpers/start-larder'
import { readdirSync, rmSync } from 'node:fs'
import process from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { messageOf } from '../../../src/shared/errors'
import { temporaryFolder } from '../../helpers/folder'
import { startLarder } from '../../helpers/start-larder'
import { createRandom } from '../security/random'
import { createKey, manage, withKey } from '../security/support'
import { cutLog, damageImage, takeImage, writeImage } from './crash-images'

const images = process.env.LARDER_HARD === '1' ? 1000 : 60

/** Of them, those whose log of metadata ends earlier and is whole up to there. */
const cuts = 24

interface Credentials {
  /** Secrets that worked once, by what ended them. */
  ended: Record<string, string>
  living: string
  passwords: { name: string, password: string }[]
}

/** Takes one of each thing away, and changes more afterwards, so that the log goes on. */
async function use(larder: TestLarder): Promise<Credentials> {
  const password = 'correct horse battery'
  const users: Record<string, { id: string }> = {}
  for (const name of ['deleted', 'locked', 'changed'])
    users[name] = await manage(larder, 'POST', '/admin/users', { name, password })
  const signIn = async (name: string): Promise<string> =>
    (await manage<{ token: string }>(larder, 'POST', '/admin/session', { name, password })).token
  const ended: Record<string, string> = {
    'of a deleted user': await signIn('deleted'),
    'of a locked user': await signIn('locked'),
    'of a user with another password': await signIn('changed'),
    'signed out': await signIn('changed'),
  }
  const revoked = await createKey(larder, {})
  const rotated = await createKey(larder, {})
  ended['revoked key'] = revoked.secret
  ended['rotated key'] = rotated.secret
  const living = (await createKey(larder, { scopes: ['read', 'write', 'admin'] })).secret
  await manage(larder, 'PATCH', '/admin/settings', { anonymous: { enabled: true, scopes: ['read'] } })
  for (let entry = 0; entry < 200; entry++)
    await larder.send('PUT', `/v1/k${entry}`, { body: 'v'.repeat(500) })

  await manage(larder, 'DELETE', `/admin/keys/${revoked.id}`)
  await manage(larder, 'POST', `/admin/keys/${rotated.id}/rotate`)
  await larder.send('DELETE', '/admin/session', { headers: withKey(ended['signed out'] ?? '') })
  await manage(larder, 'PATCH', `/admin/users/${users.locked?.id}`, { disabled: true })
  await manage(larder, 'PATCH', `/admin/users/${users.changed?.id}`, { password: 'another good password' })
  await manage(larder, 'DELETE', `/admin/users/${users.deleted?.id}`)
  await manage(larder, 'PATCH', '/admin/settings', { anonymous: { enabled: false } })
  return { ended, living, passwords: ['deleted', 'locked', 'changed'].map(name => ({ name, password })) }
}

/** What works although it was ended, or nothing. */
async function undone(larder: TestLarder, { ended, passwords }: Credentials): Promise<string[]> {
  const wrong: string[] = []
  for (const [what, secret] of Object.entries(ended)) {
    const { status } = await larder.sendOpen('GET', '/admin/session', { headers: withKey(secret) })
    if (status !== 401)
      wrong.push(`${what}: ${status}`)
  }
  for (const { name, password } of passwords) {
    const { status } = await larder.sendOpen('POST', '/admin/session', { body: JSON.stringify({ name, password }) })
    if (status !== 401)
      wrong.push(`password of ${name}: ${status}`)
  }
  const { status } = await larder.sendOpen('GET', '/v1/k1')
  if (status !== 401)
    wrong.push(`anonymous: ${status}`)
  return wrong
}

// R3. Red: in src/main/storage/guarded-writes.ts drop `settleRevocation()`, or, with all images, in
// src/main/storage/damage.ts let `first` be 'ok'.
it(`r3 opens or sets aside ${images} damaged images of a crash, and no revocation is undone`, {
  timeout: 900_000,
}, async () => {
  const larder = await startLarder()
  onTestFinished(() => larder.dispose())
  const credentials = await use(larder)
  const earlier = takeImage(larder.home)
  for (let key = 0; key < 20; key++)
    await createKey(larder, { label: `later ${key}` })
  for (let entry = 0; entry < 100; entry++)
    await larder.send('PUT', `/v1/l${entry}`, { body: 'w'.repeat(500) })
  await expect.poll(() => takeImage(larder.home)['entries.db-wal']?.includes('l99')).toBe(true)
  const now = takeImage(larder.home)
  expect(await undone(larder, credentials)).toEqual([])

  const counts = { opened: 0, metadataAside: 0, entriesAside: 0 }
  const wrong: string[] = []
  for (let seed = 1; seed <= images; seed++) {
    const { what, image } = seed <= cuts
      ? cutLog(now, seed / cuts)
      : damageImage(now, earlier, createRandom(seed))
    const home = temporaryFolder()
    writeImage(home, image)
    try {
      const again = await startLarder({ home })
      const asides = readdirSync(home).filter(name => name.includes('.corrupt-'))
      const isLost = asides.some(name => name.startsWith('larder.db'))
      counts[isLost ? 'metadataAside' : asides.length > 0 ? 'entriesAside' : 'opened']++
      const found = await undone(again, credentials)
      if (isLost && (await again.sendOpen('GET', '/v1/k1', { headers: withKey(credentials.living) })).status !== 401)
        found.push('living key')
      wrong.push(...found.map(complaint => `image ${seed} (${what}): ${complaint}`))
      await again.stop()
    }
    catch (error) {
      wrong.push(`image ${seed} (${what}): ${messageOf(error)}`)
    }
    rmSync(home, { recursive: true, force: true })
  }
  process.stdout.write(`R3: ${JSON.stringify(counts)}\n`)
  expect(wrong).toEqual([])
  // Each way was met.
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(0)
})
