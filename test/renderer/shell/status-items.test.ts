import type { StatusItem } from '../../../src/renderer/src/shell/status-items'
import type { ServerStatistics } from '../../../src/shared/schemas'
import type { ServerWatch } from '../../../src/shared/server-watch'
import { describe, expect, it } from 'vitest'
import { statusItems } from '../../../src/renderer/src/shell/status-items'
import { goodWatch } from '../../helpers/server-watch'

function items(watch?: ServerWatch): StatusItem[] {
  return statusItems({ caches: 3, entries: 711, ...watch && { watch } } as ServerStatistics)
}
function shown(found: readonly StatusItem[]): string[] {
  return found.map(({ word, figure, state }) => `${word} ${figure}: ${state}`)
}

describe('the line of the server', () => {
  it('tells administrators of the whole server', () => {
    expect(shown(items(goodWatch))).toEqual([
      'Loop 4.00 ms: fine',
      'Memory 30.0 MB of 268 MB: fine',
      'Disk 40.0 GB free: fine',
      'Stores fine: fine',
      'Connections 1 of 1: fine',
    ])
  })

  // Red: in src/renderer/src/shell/status-items.ts judge without looking at `watch`.
  it('tells others of their own caches', () => {
    expect(items()).toMatchObject([{ id: 'own', word: 'Caches', figure: '3', hint: 'Your caches hold 711 entries.' }])
  })

  it('leaves out what there is not', () => {
    expect(shown(items({ ...goodWatch, disk: null, connections: [] })).join()).not.toMatch(/Disk|Connections/)
  })

  it('takes its judgement and its sentence from the server', () => {
    const found = items({
      ...goodWatch,
      stores: { metadata: 'ok', entries: 'failing' },
      connections: [{ name: 'a', driver: 'redis', state: 'down' }, { name: 'b', driver: 'file', state: 'idle' }],
      troubles: [
        { part: 'stores', severe: true, sentence: 'One.' },
        { part: 'connections', severe: false, sentence: 'Two.' },
      ],
    })
    expect(found.slice(3)).toMatchObject([
      { figure: '1 failing', state: 'bad', hint: 'One.', to: 'settings' },
      { figure: '1 of 2', state: 'look', hint: 'Two.', to: 'sources' },
    ])
  })

  it('keeps its width for all figures that are usual', () => {
    const usual: Partial<ServerWatch>[] = [
      { loop: { p99: 0, max: 0 } },
      { loop: { p99: 0.9994, max: 1 } },
      { memory: { ...goodWatch.memory, used: 0 } },
      { memory: { ...goodWatch.memory, used: 99_999_999, budget: 999_000_000 } },
      { disk: { free: 123_456_789_012, size: 1e12 } },
      { stores: { metadata: 'failing', entries: 'failing' } },
    ]
    for (const change of usual) {
      for (const { word, figure, width } of items({ ...goodWatch, ...change }))
        expect(figure.length, word).toBeLessThanOrEqual(width)
    }
  })
})
