import type { ShellActions } from '../../../src/main/desktop/actions'
import type { TrayModel } from '../../../src/main/desktop/tray-menu'
import { describe, expect, it, vi } from 'vitest'
import { applicationMenu } from '../../../src/main/desktop/app-menu'
import { trayImage, trayMenu, trayTip } from '../../../src/main/desktop/tray-menu'

const actions = {
  setCaching: vi.fn(),
  setCache: vi.fn(),
  copyKey: vi.fn(),
  copyUrl: vi.fn(),
  copyRedisUrl: vi.fn(),
  openConsole: vi.fn(),
  openInBrowser: vi.fn(),
  setStartAtLogin: vi.fn(),
  about: vi.fn(),
  quit: vi.fn(),
} satisfies ShellActions
const redis = { url: 'redis://localhost:7379', lost: null }
const serving: TrayModel = {
  state: { phase: 'serving', url: 'http://localhost:7777' },
  switches: { enabled: true, caches: [{ name: 'a', enabled: false }], redis },
  startsAtLogin: false,
}
const trouble: TrayModel = {
  state: { phase: 'trouble', message: 'Port 7777 is taken.', port: 7777, holder: null },
  switches: null,
  startsAtLogin: null,
}
const off: TrayModel = { ...serving, switches: { enabled: false, caches: [], redis } }
function click(items: ReturnType<typeof trayMenu>, label: string): void {
  return (items.find(item => item.label === label)?.click as () => void)()
}

describe('the tray', () => {
  it('tells serving, off and trouble apart', () => {
    expect([serving, off, trouble].map(trayImage)).toEqual(['serving', 'off', 'trouble'])
    expect([serving, off, trouble].map(trayTip)).toEqual(['Larder – serving on http://localhost:7777', 'Larder – caching is off: apps get 503', 'Larder – Port 7777 is taken.'])
    expect(trayImage({ ...serving, switches: null })).toBe('serving')
  })

  it('switches to the other state of the one it showed', () => {
    click(trayMenu(serving, actions), 'Caching')
    expect(actions.setCaching).toHaveBeenLastCalledWith(false)
    click(trayMenu(off, actions), 'Caching')
    expect(actions.setCaching).toHaveBeenLastCalledWith(true)
    const caches = trayMenu(serving, actions).find(item =>
      item.label === 'Caches')?.submenu as ReturnType<typeof trayMenu>
    click(caches, 'a')
    expect(actions.setCache).toHaveBeenLastCalledWith('a', true)
  })

  // Red: in src/main/desktop/tray-menu.ts offer it always, or leave out `lost`.
  it('offers the Redis URL where that protocol is spoken, and says why it is no longer', () => {
    const lost = 'Redis clients cannot connect: Port 7379 is taken.'
    const isOffered = (model: TrayModel): unknown =>
      trayMenu(model, actions).find(item => item.label === 'Copy Redis URL')?.enabled
    const silent = { ...serving, switches: { enabled: true, caches: [], redis: { url: null, lost } } }
    expect([serving, silent, trouble].map(isOffered)).toEqual([true, false, false])
    expect(trayTip(silent)).toBe(`Larder – ${lost}`)
  })

  it('offers in trouble what works without a server', () => {
    const enabled = trayMenu(trouble, actions)
      .filter(item => item.type !== 'separator' && item.enabled !== false)
      .map(item => item.label)
    expect(enabled).toEqual(['Open console', 'Quit Larder'])
  })

  it.each(['darwin', 'win32', 'linux'] as const)('has About, Settings and Quit once in the menu of %s', (platform) => {
    const labels = applicationMenu(serving, actions, platform)
      .flatMap(item => item.submenu as { label?: string }[] ?? [])
      .map(item => item.label)
    for (const label of ['About Larder', 'Settings…', 'Quit Larder'])
      expect(labels.filter(found => found === label), label).toHaveLength(1)
  })
})
