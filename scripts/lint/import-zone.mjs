import { isBuiltin } from 'node:module'
import { join, posix, relative, sep } from 'node:path'
import { all, within, zoneOf } from './zones.mjs'

const root = join(import.meta.dirname, '../..')

/**
 * Says what is wrong with an import; undefined if the zone allows it.
 *
 * @param {string} file The importing file, from the root of the repository.
 * @param {string} specifier Text of the import; a query such as `?raw` is ignored.
 * @param {boolean} isType Whether nothing is left of it at run time.
 */
function judgeImport(file, specifier, isType) {
  const zone = zoneOf(file)
  if (!zone)
    return `${file} lies in no zone; add its folder to scripts/lint/zones.mjs.`

  const path = specifier.replace(/\?.*$/, '')
  // Like `paths` in tsconfig.base.json.
  const target = path.replace(/^@shared\//, `${posix.relative(posix.dirname(file), 'src/shared')}/`)
  const allowed = target.startsWith('.')
    ? isAllowedFile(zone, posix.join(posix.dirname(file), target))
    : isBuiltin(target)
      ? zone.node.includes(target.replace(/^node:/, ''))
      : zone.packages.some(name => target === name || target.startsWith(`${name}/`))
  if (allowed && (!zone.typesOnly || isType || target.startsWith('./')))
    return undefined
  if (allowed)
    return `${zone.name} may import nothing but types of '${specifier}' (scripts/lint/zones.mjs).`

  const may = [
    ...zone.imports,
    ...zone.packages,
    ...zone.node === all ? ['node:*'] : zone.node.map(name => `node:${name}`),
  ]
  return `${zone.name} may not import '${specifier}', only its own files${may.map(name => `, ${name}`).join('')} (scripts/lint/zones.mjs). Take what you need as an argument instead.`
}

/**
 * @param {import('./zones.mjs').Zone} zone
 * @param {string} file
 */
function isAllowedFile(zone, file) {
  const target = zoneOf(file)
  if (target === zone)
    return true
  return zone.imports.some(place => within(place, file) && place.length >= (target?.path.length ?? 0))
}

/**
 * ESLint rule that reports imports which the table of zones does not allow: static, dynamic, of a
 * type, re-exported, required or globbed.
 */
export const importZone = {
  meta: { type: 'problem', schema: [], docs: { description: 'keep the layers of the architecture apart' } },

  create(context) {
    const file = relative(root, context.filename).split(sep).join('/')

    function check(node, isType = false) {
      if (!node)
        return
      const specifier = node.type === 'TemplateLiteral' && node.expressions.length === 0
        ? node.quasis[0].value.cooked
        : node.value
      const problem = typeof specifier === 'string'
        ? judgeImport(file, specifier, isType)
        : 'Write the imported name as plain text, so that its zone can be checked.'
      if (problem)
        context.report({ node, message: problem })
    }

    return {
      'ImportDeclaration': node => check(node.source, node.importKind === 'type'),
      'ExportAllDeclaration': node => check(node.source, node.exportKind === 'type'),
      'ExportNamedDeclaration': node => check(node.source, node.exportKind === 'type'),
      'ImportExpression': node => check(node.source),
      'TSImportType': node => check(node.source ?? node.argument.literal, true),
      'TSExternalModuleReference': node => check(node.expression),
      'CallExpression[callee.name="require"]': node => check(node.arguments[0]),
      'CallExpression[callee.object.type="MetaProperty"][callee.property.name="glob"]': function (node) {
        const patterns = node.arguments[0]
        for (const pattern of patterns?.type === 'ArrayExpression' ? patterns.elements : [patterns])
          check(pattern)
      },
    }
  },
}
