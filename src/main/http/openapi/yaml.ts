import { stringify } from 'yaml'

/** A document as YAML 1.2, quoted so that YAML 1.1 parsers see the same strings. */
export function toYaml(document: object): string {
  // Anchors and aliases would be valid but hard to read, and some tools do not know them.
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 0, compat: 'yaml-1.1' })
}
