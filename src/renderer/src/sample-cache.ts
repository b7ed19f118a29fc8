import type { BatchInput } from '@shared/entries'
import type { Api } from './api/api'
import type { useCaches } from './stores/caches'
import type { Outcome } from './stores/notices'
import { LarderError } from '@shared/errors'
import { formatEntries } from './format'

const name = 'sample'
type Operation = BatchInput['operations'][number]

/**
 * Creates the cache `sample` and fills it with entries of many kinds to explore. An existing one is
 * filled again; only a new one can be undone. Throws LarderError.
 */
export async function createSampleCache({ api, caches }: {
  api: Api
  caches: ReturnType<typeof useCaches>
}): Promise<{ name: string, outcome: Outcome }> {
  const created = await caches.create({ name, ttl: 3600 }).catch((error: unknown) => {
    if (error instanceof LarderError && error.code === 'name-taken')
      return null
    throw error
  })
  const operations = sampleEntries()
  const { results } = await api.entries.batch(name, operations)
  await caches.read()
  const text = `Stored ${formatEntries(results.filter(({ status }) => status < 300).length)} in ${name}.`
  const outcome = created ? { text, undo: () => caches.remove(created).then(() => `Deleted ${name}.`) } : text
  return { name, outcome }
}

const products = [
  'Boot',
  'Sandal',
  'Sneaker',
  'Clog',
  'Loafer',
  'Slipper',
  'Wader',
  'Galosh',
  'Brogue',
  'Espadrille',
  'Moccasin',
  'Pump',
]
const people = ['ada', 'grace', 'edsger', 'barbara', 'donald', 'radia', 'ken', 'margaret']

/** Entries of every kind that the console shows in its own way, with short and long lives. */
export function sampleEntries(): Operation[] {
  const json = 'application/json'
  const set = (
    key: string,
    value: string,
    contentType: string,
    options: { ttl?: number | null, tags?: string[] } = {},
  ): Operation =>
    ({ op: 'set', key, value: { text: value }, contentType, ...options })
  return [
    ...products.map((title, i) =>
      set(
        `product:${1001 + i}`,
        JSON.stringify({
          id: 1001 + i,
          title,
          price: { amount: 39 + 7 * i, currency: 'EUR' },
          sizes: [38, 39, 40, 41, 42].slice(i % 3),
          stock: (i * 37) % 23,
        }),
        json,
        { tags: i % 3 === 0 ? ['shoes', 'sale'] : ['shoes'], ttl: 600 + 300 * i },
      )),
    ...people.map((user, i) =>
      set(
        `session:${user}`,
        JSON.stringify({
          user,
          roles: i % 4 === 0 ? ['admin', 'editor'] : ['reader'],
          cart: Array.from({ length: i % 3 }, (_, n) => ({ product: 1001 + n, count: n + 1 })),
        }),
        json,
        { tags: ['session', `user:${user}`], ttl: 60 * (i + 1) },
      )),
    ...['de', 'en', 'fr', 'ja', 'pt-BR'].map((locale, i) =>
      set(
        `i18n/${locale}/greeting`,
        ['Guten Tag', 'Good day', 'Bonjour', 'こんにちは', 'Bom dia'][i] ?? '',
        'text/plain; charset=utf-8',
        { tags: ['i18n'], ttl: null },
      )),
    set(
      'rates.csv',
      'currency,rate,at\nUSD,1.0832,2026-01-05\nGBP,0.8611,2026-01-05\nJPY,169.42,2026-01-05\nCHF,0.9377,2026-01-05\n',
      'text/csv; charset=utf-8',
      { ttl: 900 },
    ),
    set(
      'page:/index.html',
      '<!doctype html>\n<title>Rendered page</title>\n<h1>Hello</h1>\n<p>Shown as text here: Larder never runs a value.</p>\n',
      'text/html; charset=utf-8',
      { tags: ['page'], ttl: 120 },
    ),
    set('mark.svg', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#1c7048"/><path d="M7 9h10M7 13h7" stroke="#fff" stroke-width="2"/></svg>', 'image/svg+xml'),
    {
      op: 'set',
      key: 'pixel.png',
      value: {
        base64: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkkCn7DwAClgGqPRMt9QAAAABJRU5ErkJggg==',
      },
      contentType: 'image/png',
    },
    {
      op: 'set',
      key: 'blob.bin',
      value: { base64: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygp//79/A==' },
      contentType: 'application/octet-stream',
    },
    set('empty', '', 'text/plain; charset=utf-8'),
    set(
      'job:report',
      JSON.stringify({ state: 'running', done: 3, of: 8, steps: products.slice(0, 3) }),
      json,
      { tags: ['job'], ttl: 45 },
    ),
    { op: 'increment', key: 'visits', by: 1 },
  ]
}
