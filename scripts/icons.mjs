// `npm run icons`: draws every image of the installers and the tray from the SVG files in
// build/icons. Run it after you change one of them, and commit the results.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from '../test/helpers/chromium.ts'
import { root } from './lib/node.mjs'
import { icnsOf, icoOf } from './package/icon-files.mjs'

const app = 'build/icons/app.svg'
/**
 * Below 64 pixels the details of the app icon only blur it; the console's mark was drawn for small
 * sizes.
 */
const mark = 'src/renderer/src/assets/mark.svg'
const states = ['serving', 'off', 'trouble']

const { available, path, reason } = findChromium()
if (!available)
  throw new Error(reason)
const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] })
try {
  const page = await browser.newPage()

  for (const state of states) {
    for (const [suffix, size] of [['', 16], ['@2x', 32]]) {
      write(`resources/tray/${state}${suffix}.png`, await draw(page, `build/icons/tray-${state}.svg`, size, '#fff'))
      // macOS only accepts black and transparency, and colours them to match its menu bar.
      write(
        `resources/tray/${state}Template${suffix}.png`,
        await draw(page, `build/icons/tray-${state}.svg`, size, '#000', '.tile { display: none }'),
      )
    }
  }

  const sizes = new Map()
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512, 1024])
    sizes.set(size, await draw(page, size < 64 ? mark : app, size, '#fff'))
  write('resources/icon.png', sizes.get(512))
  for (const size of [16, 32, 48, 64, 128, 256, 512])
    write(`build/icons/linux/${size}x${size}.png`, sizes.get(size))
  write('build/icons/icon.icns', icnsOf(sizes))
  write('build/icons/icon.ico', icoOf(sizes))
}
finally {
  await browser.close()
}

/** @returns {Promise<Buffer>} The SVG file as a square PNG, transparent where nothing is drawn. */
async function draw(page, file, size, colour, style = '') {
  await page.setViewportSize({ width: size, height: size })
  await page.setContent(
    `<style>body { margin: 0; color: ${colour} } svg { display: block; width: 100vw; height: 100vh } ${style}</style>${readFileSync(join(root, file), 'utf8')}`,
  )
  return await page.screenshot({ omitBackground: true })
}

function write(file, content) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), content)
  console.log(`${file}  ${content.length} bytes`)
}
