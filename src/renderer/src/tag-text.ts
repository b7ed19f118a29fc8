import { invalidField } from '@shared/errors'

/**
 * Tags as one line of text to edit, which `readTags` reads back exactly. Within a tag, commas,
 * percent signs, control characters and spaces at the ends are percent-encoded, as in the header
 * Larder-Tags.
 */
export function writeTags(tags: readonly string[]): string {
  return tags.map(tag => tag.replaceAll(/[%,\p{Cc}]|^\s+|\s+$/gu, encodeURIComponent)).join(', ')
}

/**
 * Throws LarderError `invalid-input` (field Larder-Tags) for a percent sign that encodes nothing.
 */
export function readTags(text: string): string[] {
  return text.split(',').map(part => part.trim()).filter(part => part !== '').map(decode)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  }
  catch {
    throw invalidField('Larder-Tags', `in the tag ${text}, write a percent sign as %25`)
  }
}
