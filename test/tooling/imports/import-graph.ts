import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import ts from 'typescript'
import { parse as parseComponent } from 'vue/compiler-sfc'

/** A name that a module exports. */
interface Export {
  name: string
  line: number
  /** Whether the module itself uses the name, apart from exporting it. */
  usedInside: boolean
  /** Whether another module declares it, and this one hands it on. */
  handedOn: boolean
}

/** A name that a module imports from another one; `*` means all names. */
interface Import {
  /** Path of the other module, relative to the root. */
  from: string
  name: string
}

/** The exports and imports of a module, both values and types. */
export interface Module {
  /** Path relative to the root, with `/`. */
  file: string
  exports: Export[]
  imports: Import[]
}

/**
 * Reads the exports and imports between the files.
 * Packages are omitted, and so are files whose text is imported (`./001.sql?raw`).
 *
 * @param root The folder of the files.
 * @param files Paths relative to the root, with `/`: modules and Vue components.
 */
export function readImportGraph(root: string, files: readonly string[]): Module[] {
  const modules = new Set(files)
  return files.map(file =>
    readModule(file, scriptOf(root, file), specifier => resolveModule(root, file, specifier, modules)))
}

function scriptOf(root: string, file: string): string {
  const text = readFileSync(join(root, file), 'utf8')
  if (!file.endsWith('.vue'))
    return text
  const { script, scriptSetup } = parseComponent(text, { ignoreEmpty: true }).descriptor
  return `${script?.content ?? ''}\n${scriptSetup?.content ?? ''}`
}

/** Endings that an import may omit. */
const endings = ['', '.ts', '.mts', '.vue', '/index.ts']

/** Returns undefined for packages and for texts. Throws if there is no such file. */
function resolveModule(
  root: string,
  file: string,
  specifier: string,
  modules: ReadonlySet<string>,
): string | undefined {
  const isShared = specifier.startsWith('@shared/')
  if (!(isShared || specifier.startsWith('.')) || specifier.includes('?'))
    return undefined
  const target = isShared ? `src/${specifier.slice(1)}` : posix.join(dirname(file), specifier)
  const found = endings.map(ending => target + ending).find(path => modules.has(path))
  if (!found && !endings.some(ending => isFile(join(root, target + ending))))
    throw new Error(`${file} imports '${specifier}', which is nowhere.`)
  return found
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}

function readModule(file: string, text: string, resolve: (specifier: string) => string | undefined): Module {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, scriptKind(file))
  const module: Module = { file, exports: [], imports: [] }
  if (file.endsWith('.vue'))
    module.exports.push({ name: 'default', line: 1, usedInside: false, handedOn: false })
  const uses = countUses(source)

  const addExport = (name: string, node: ts.Node, local = name): void => {
    const declared = ts.isExportSpecifier(node) ? 2 : 1
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    const handedOn = ts.isExportSpecifier(node) && node.parent.parent.moduleSpecifier !== undefined
    module.exports.push({ name, line: line + 1, usedInside: (uses.get(local) ?? 0) > declared, handedOn })
  }
  const addImports = (specifier: ts.Node | undefined, names: Iterable<string>): void => {
    const from = specifier && ts.isStringLiteralLike(specifier) ? resolve(specifier.text) : undefined
    if (from)
      module.imports.push(...[...names].map(name => ({ from, name })))
  }

  ts.forEachChild(source, function visit(node) {
    if (ts.isImportDeclaration(node))
      addImports(node.moduleSpecifier, importedNames(node.importClause, source))
    else if (ts.isExportDeclaration(node))
      addExportDeclaration(node)
    else if (ts.isExportAssignment(node))
      addExport('default', node)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      addImports(node.argument.literal, [node.qualifier ? firstName(node.qualifier) : '*'])
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      addImports(node.arguments[0], dynamicNames(node))
    else if (isExported(node))
      declaredNames(node).forEach(name => addExport(name, node))
    ts.forEachChild(node, visit)
  })
  return module

  function addExportDeclaration({ exportClause, moduleSpecifier }: ts.ExportDeclaration): void {
    if (!exportClause || !ts.isNamedExports(exportClause)) {
      addImports(moduleSpecifier, ['*'])
      return
    }
    for (const specifier of exportClause.elements)
      addExport(specifier.name.text, specifier, originalName(specifier))
    addImports(moduleSpecifier, exportClause.elements.map(originalName))
  }
}

function scriptKind(file: string): ts.ScriptKind {
  return /\.(?:ts|mts|vue)$/.test(file) ? ts.ScriptKind.TS : ts.ScriptKind.JS
}

/** Counts how often each name occurs in the text other than as the name of a member. */
function countUses(source: ts.SourceFile): Map<string, number> {
  const uses = new Map<string, number>()
  ts.forEachChild(source, function visit(node) {
    if (ts.isIdentifier(node) && !isMemberName(node))
      uses.set(node.text, (uses.get(node.text) ?? 0) + 1)
    ts.forEachChild(node, visit)
  })
  return uses
}

function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node
  const hasMember = ts.isPropertyAccessExpression(parent)
    || ts.isPropertyAssignment(parent)
    || ts.isPropertySignature(parent)
    || ts.isMethodSignature(parent)
  return hasMember && parent.name === node
}

function importedNames(clause: ts.ImportClause | undefined, source: ts.SourceFile): string[] {
  const names = clause?.name ? ['default'] : []
  const bindings = clause?.namedBindings
  if (!bindings)
    return clause ? names : ['']
  const bound = ts.isNamedImports(bindings)
    ? bindings.elements.map(originalName)
    : namespaceNames(bindings.name.text, source)
  return [...names, ...bound]
}

function originalName({ propertyName, name }: ts.ImportOrExportSpecifier): string {
  return (propertyName ?? name).text
}

/** Returns the members used from a namespace; `*` if the namespace itself is passed on. */
function namespaceNames(namespace: string, source: ts.SourceFile): Set<string> {
  const names = new Set<string>()
  ts.forEachChild(source, function visit(node) {
    if (ts.isIdentifier(node) && node.text === namespace && !ts.isNamespaceImport(node.parent))
      names.add(memberOf(node) ?? '*')
    ts.forEachChild(node, visit)
  })
  return names
}

function memberOf(namespace: ts.Identifier): string | undefined {
  const { parent } = namespace
  if (ts.isPropertyAccessExpression(parent) && parent.expression === namespace)
    return parent.name.text
  return ts.isQualifiedName(parent) && parent.left === namespace ? parent.right.text : undefined
}

/**
 * Returns the names of a dynamic import: `const { a, b: c } = await import(…)` and
 * `import(…).then(({ a, b: c }) => …)` use a and b; any other form may use all names.
 */
function dynamicNames(call: ts.CallExpression): string[] {
  const { parent } = call
  const pattern = ts.isAwaitExpression(parent) && ts.isVariableDeclaration(parent.parent)
    ? parent.parent.name
    : ts.isPropertyAccessExpression(parent) && parent.name.text === 'then' && ts.isCallExpression(parent.parent)
      ? firstParameter(parent.parent.arguments[0])
      : undefined
  if (!pattern || !ts.isObjectBindingPattern(pattern))
    return ['*']
  return pattern.elements.map(({ propertyName, name }) => (propertyName ?? name).getText())
}

function firstParameter(node: ts.Node | undefined): ts.BindingName | undefined {
  return node && ts.isArrowFunction(node) ? node.parameters[0]?.name : undefined
}

function firstName(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : firstName(name.left)
}

function isExported(node: ts.Node): node is ts.Statement {
  return ts.canHaveModifiers(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
}

function declaredNames(node: ts.Statement): string[] {
  if (ts.canHaveModifiers(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword))
    return ['default']
  if (ts.isVariableStatement(node))
    return node.declarationList.declarations.flatMap(({ name }) => boundNames(name))
  const { name } = node as ts.DeclarationStatement
  return name ? [name.text] : []
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name))
    return [name.text]
  return name.elements.flatMap(element => ts.isBindingElement(element) ? boundNames(element.name) : [])
}
