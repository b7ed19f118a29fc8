import type { CacheSettingsChange } from '../../../src/shared/cache-settings'
import { expect, it } from 'vitest'
import { completeChange } from '../../../src/main/admin/nested-change'
import { BackendSettings } from '../../../src/shared/backend-settings'
import { initialSettings } from '../../../src/shared/cache-settings'

const refused = 'backend.contentType: has an effect only in the format raw'

// Red: in src/main/admin/nested-change.ts let `withoutIdleType` return {} at once.
it.each<[string, object, CacheSettingsChange['backend'], object | string]>([
  ['a type alone', { format: 'envelope' }, { contentType: 'text/csv' }, refused],
  ['both', { format: 'raw' }, { format: 'envelope', contentType: 'text/csv' }, refused],
  [
    'the format alone: the type goes',
    { format: 'raw', contentType: 'text/csv' },
    { format: 'envelope' },
    { format: 'envelope', contentType: 'application/octet-stream' },
  ],
  ['a type of raw', { format: 'raw' }, { contentType: 'text/csv' }, { format: 'raw', contentType: 'text/csv' }],
  [
    'something else, where an older Larder has stored both',
    { format: 'envelope', contentType: 'text/csv' },
    { timeout: 1 },
    { format: 'envelope', contentType: 'text/csv', timeout: 1 },
  ],
])('a content type of a backend: %s', (_, before, change, expected) => {
  const backend = BackendSettings.parse({ connection: 'main', prefix: 'p:', ...before })
  const complete = (): unknown => completeChange({ ...initialSettings, backend }, { backend: change })
  if (typeof expected === 'string')
    expect(complete).toThrow(expected)
  else
    expect(complete()).toMatchObject({ backend: expected })
})
