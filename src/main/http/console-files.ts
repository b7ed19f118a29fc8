import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { consolePaths } from '@shared/console-paths'

/**
 * A built file of the console, kept in memory: no path from a request ever reaches the file system.
 */
export interface ConsoleFile {
  body: Buffer<ArrayBuffer>
  headers: string[]
  etag: string
}

const mediaTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
}

/**
 * Allows only our own files: no inline code, no eval. Vue needs the one Trusted Types policy that
 * it creates for its templates.
 */
const policy = [
  'default-src \'none\'',
  'script-src \'self\'',
  'style-src \'self\'',
  'img-src \'self\' data:',
  'font-src \'self\'',
  'connect-src \'self\'',
  'base-uri \'none\'',
  'form-action \'none\'',
  'frame-ancestors \'none\'',
  'require-trusted-types-for \'script\'',
  'trusted-types vue',
].join('; ')

/** Paths at which the console's single page is served; the page itself chooses the screen. */
const pages = Object.values(consolePaths)

/**
 * Reads the console's build into a map from path to file. A path may contain `{name}` for one
 * segment. If there is no build, the map is empty, and the server says so at `/`.
 *
 * @param folder `out/renderer`
 */
export function readConsoleFiles(folder: string): Map<string, ConsoleFile> {
  const files = new Map<string, ConsoleFile>()
  for (const name of listFiles(folder)) {
    const body = readFileSync(join(folder, name))
    const path = `/${name.replaceAll('\\', '/')}`
    const page = path === '/index.html'
    // The build puts a hash into the name of every file below assets, so the content under a name
    // never changes.
    const caching = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    const headers = [
      'Content-Type',
      mediaTypes[extname(name)] ?? 'application/octet-stream',
      'Cache-Control',
      caching,
      'ETag',
      etag,
      'Content-Security-Policy',
      policy,
      'X-Content-Type-Options',
      'nosniff',
      'Referrer-Policy',
      'no-referrer',
      'Cross-Origin-Resource-Policy',
      'same-origin',
      'Cross-Origin-Opener-Policy',
      'same-origin',
    ]
    for (const served of page ? pages : [path])
      files.set(served, { body, headers, etag })
  }
  return files
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && !entry.name.endsWith('.map'))
      .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
  }
  catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return []
    throw error
  }
}
