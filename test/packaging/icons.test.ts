import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { icnsOf, icoOf } from '../../scripts/package/icon-files.mjs'
import { readPng } from './png'

const root = join(import.meta.dirname, '../..')
const picture = (file: string): ReturnType<typeof readPng> => readPng(readFileSync(join(root, file)))
const states = ['serving', 'off', 'trouble']

describe('the pictures', () => {
  it('are there in every size that the tray and the installers want', () => {
    for (const state of states) {
      for (const [suffix, size] of [['', 16], ['@2x', 32], ['Template', 16], ['Template@2x', 32]] as const)
        expect(picture(`resources/tray/${state}${suffix}.png`)).toMatchObject({ width: size, height: size })
    }
    expect(picture('resources/icon.png')).toMatchObject({ width: 512, height: 512 })
    for (const name of readdirSync(join(root, 'build/icons/linux'))) {
      const { width, height } = picture(`build/icons/linux/${name}`)
      expect(`${width}x${height}.png`).toBe(name)
    }
  })

  // macOS uses only the transparency of a template image, whose colour must be black.
  it.each(states)('for macOS are black and transparent: %s', (state) => {
    for (const suffix of ['', '@2x']) {
      const { pixels } = picture(`resources/tray/${state}Template${suffix}.png`)
      expect(pixels.filter(([red, green, blue, alpha]) => alpha > 0 && red + green + blue > 0)).toEqual([])
      expect(pixels.some(([, , , alpha]) => alpha === 255)).toBe(true)
      expect(pixels.some(([, , , alpha]) => alpha === 0)).toBe(true)
    }
  })

  // Red: draw tray-trouble.svg like tray-serving.svg in another colour.
  it.each([
    ['serving', 'off'],
    ['serving', 'trouble'],
    ['off', 'trouble'],
  ])('are told apart without colour at 16 pixels: %s and %s', (one, other) => {
    const [a, b] = [picture(`resources/tray/${one}Template.png`), picture(`resources/tray/${other}Template.png`)]
    const different = a.pixels.filter(([, , , alpha], at) => Math.abs(alpha - (b.pixels[at]?.[3] ?? 0)) > 127)
    expect(different.length).toBeGreaterThanOrEqual(12)
  })

  // A light panel is about #f4f4f4, a dark one #1e1e1e. WCAG 1.4.11 requires 3:1 for graphics.
  it.each(states)('in colour stand out from light and dark panels: %s', (state) => {
    const { pixels } = picture(`resources/tray/${state}.png`)
    const inks = new Map<string, number>()
    for (const [red, green, blue] of pixels.filter(pixel => pixel[3] === 255))
      inks.set(`${red} ${green} ${blue}`, luminance(red, green, blue))
    for (const panel of [luminance(0xF4, 0xF4, 0xF4), luminance(0x1E, 0x1E, 0x1E)])
      expect(Math.max(...[...inks.values()].map(ink => contrast(ink, panel)))).toBeGreaterThan(3)
  })

  it('make icon files whose parts can be found where the tables say', () => {
    const png = (size: number): Buffer => Buffer.from(`picture of ${size}`)
    const sizes = new Map([16, 24, 32, 48, 64, 128, 256, 512, 1024].map(size => [size, png(size)]))
    const icns = icnsOf(sizes)
    expect([icns.toString('latin1', 0, 4), icns.readUInt32BE(4)]).toEqual(['icns', icns.length])
    const parts: Record<string, string> = {}
    for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4))
      parts[icns.toString('latin1', at, at + 4)] = icns.toString('latin1', at + 8, at + icns.readUInt32BE(at + 4))
    expect(parts).toMatchObject({ icp4: 'picture of 16', ic12: 'picture of 64', ic10: 'picture of 1024' })

    const ico = icoOf(sizes)
    const found = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
      const at = 6 + 16 * index
      const from = ico.readUInt32LE(at + 12)
      return [ico.readUInt8(at) || 256, ico.toString('latin1', from, from + ico.readUInt32LE(at + 8))]
    })
    expect(found).toEqual([16, 24, 32, 48, 64, 128, 256].map(size => [size, `picture of ${size}`]))
  })
})

function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** Relative luminance as WCAG defines it. */
function luminance(...channels: [number, number, number]): number {
  const [red, green, blue] = channels
    .map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
