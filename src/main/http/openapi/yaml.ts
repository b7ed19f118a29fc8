import { stringify } from 'yaml'

/** A document as YAML 1.2, quoted so that readers of YAML 1.1 see the same strings. */
export function toYaml(document: object): string {
  // Anchors and aliases are right but hard to read, and some tools do not know them.
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 0, compat: 'yaml-1.1' })
}
