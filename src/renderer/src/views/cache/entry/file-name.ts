import { formatOf, formats } from '@shared/formats'

const extensions: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'application/xml': 'xml',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'text/css': 'css',
  'text/html': 'html',
  'text/javascript': 'js',
}

/**
 * Returns a file name that every system accepts: the key without characters that have a meaning in
 * paths, and the usual extension of the type.
 */
export function fileNameOf(key: string, contentType: string): string {
  const name = key.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^[._]+/, '').slice(0, 80) || 'value'
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  const format = formatOf(contentType)
  const ending = Object.hasOwn(extensions, type) ? extensions[type] : format ? formats[format].endings[0] : 'bin'
  return name.toLowerCase().endsWith(`.${ending}`) ? name : `${name}.${ending}`
}
