import type { DataOperationName, DataOperationSpec } from '@shared/data-operations'
import type { OperationName, OperationSpec } from '@shared/operations'
import { consolePaths } from '@shared/console-paths'
import { dataOperations } from '@shared/data-operations'
import { operations } from '@shared/operations'

/** The meaning of a request's method and path. Parameters are still percent-encoded. */
export type Route =
  | { kind: 'data', name: DataOperationName, spec: DataOperationSpec, params: Params }
  | { kind: 'control', name: OperationName, spec: OperationSpec, params: Params }
  /** A file of the console or a description of the API, open to everybody. */
  | { kind: 'document', template: string, params: Params }
  /** The console's page for a path at which there may be a screen, or none. */
  | { kind: 'page', screen: boolean }
  /** The path is known, the method is not. */
  | { kind: 'method', face: Face, open: boolean, allow: string }
  | { kind: 'unknown' }
export type Params = Readonly<Record<string, string>>
type Face = DataOperationSpec['face'] | 'control'

type Row =
  | { kind: 'data', name: DataOperationName, spec: DataOperationSpec }
  | { kind: 'control', name: OperationName, spec: OperationSpec }
interface Path { methods: Map<string, Row>, allow: string, face: Face, open: boolean }
type Part = { literal: string } | { param: string, rest: boolean }

const noParams: Params = {}

/** Paths of the API's own descriptions, open to everybody like the console's files. */
export const descriptionPaths = ['/openapi.json', '/swagger.yaml'] as const

/**
 * Finds the operation for a method and a path. Compiled once from both tables. Exact paths are
 * looked up in a map; the dozen templates with `{name}` (one segment) and `{key+}` (the rest) are
 * tried one by one.
 *
 * @param documents paths that are served to everybody as they are, by GET and HEAD; templates as in
 *   the tables
 */
export function createRouteTable(documents: ReadonlySet<string>): (method: string, path: string) => Route {
  const exact = new Map<string, Path>()
  const templates: { parts: Part[], path: Path }[] = []
  const byTemplate = new Map<string, Path>()

  function add(template: string, method: string, row: Row): void {
    let path = byTemplate.get(template)
    if (!path) {
      path = { methods: new Map(), allow: '', face: faceOfRow(row), open: true }
      byTemplate.set(template, path)
      const parts = partsOf(template)
      if (parts.length === 1)
        exact.set(template, path)
      else
        templates.push({ parts, path })
    }
    path.methods.set(method, row)
    path.allow = [...path.methods.keys()].join(', ')
    path.open &&= row.kind === 'control' && row.spec.scope === 'open'
  }

  for (const [name, spec] of Object.entries(dataOperations) as [DataOperationName, DataOperationSpec][]) {
    for (const method of spec.methods)
      add(spec.path, method, { kind: 'data', name, spec })
  }
  for (const [name, spec] of Object.entries(operations) as [OperationName, OperationSpec][]) {
    add(spec.path, spec.method, { kind: 'control', name, spec })
    if (spec.method === 'GET')
      add(spec.path, 'HEAD', { kind: 'control', name, spec })
  }

  function answer(path: Path, method: string, params: Params): Route {
    const row = path.methods.get(method)
    return row
      ? { kind: row.kind, name: row.name, spec: row.spec, params } as Route
      : { kind: 'method', face: path.face, open: path.open, allow: path.allow }
  }

  const documentTemplates = Array.from(
    documents,
    template => ({ template, parts: partsOf(template) }),
  ).filter(({ parts }) => parts.length > 1)
  const document = (method: string, template: string, params: Params): Route => method === 'GET' || method === 'HEAD'
    ? { kind: 'document', template, params }
    : { kind: 'method', face: 'control', open: true, allow: 'GET, HEAD' }

  return (method, pathname) => {
    const path = exact.get(pathname)
    if (path)
      return answer(path, method, noParams)
    if (documents.has(pathname))
      return document(method, pathname, noParams)
    for (const { parts, path } of templates) {
      const params = match(parts, pathname)
      if (params)
        return answer(path, method, params)
    }
    for (const { parts, template } of documentTemplates) {
      const params = match(parts, pathname)
      if (params)
        return document(method, template, params)
    }
    return { kind: 'unknown' }
  }
}

/**
 * Finds the page for an address that a person opened and that is in neither table. An address of a
 * screen may end with a slash. Any other one has no screen, and the console says so.
 *
 * @param documents as for `createRouteTable`; without the console's page among them there is none
 */
export function createPageTable(documents: ReadonlySet<string>): (path: string) => Route | null {
  if (!documents.has(consolePaths.overview))
    return () => null
  const screens = Object.values(consolePaths).map(partsOf)
  return (path) => {
    const bare = path.replace(/(?<=[^/])\/$/, '')
    return { kind: 'page', screen: screens.some(parts => match(parts, bare) !== undefined) }
  }
}

function faceOfRow(row: Row): Face {
  return row.kind === 'data' ? row.spec.face : 'control'
}

/** The face that answers, even if it only refuses the method. */
export function faceOf(route: Route): Face {
  return route.kind === 'method' ? route.face : route.kind === 'data' ? route.spec.face : 'control'
}

function partsOf(template: string): Part[] {
  return template.split(/(\{[a-z]+\+?\})/).filter(text => text !== '').map(text => text.startsWith('{')
    ? { param: text.replace(/[{}+]/g, ''), rest: text.endsWith('+}') }
    : { literal: text })
}

function match(parts: Part[], path: string): Params | undefined {
  // Created with the first parameter, because most templates fail before it.
  let params: Record<string, string> | undefined
  let at = 0
  for (const part of parts) {
    if ('literal' in part) {
      if (!path.startsWith(part.literal, at))
        return undefined
      at += part.literal.length
      continue
    }
    const slash = part.rest ? -1 : path.indexOf('/', at)
    const end = slash < 0 ? path.length : slash
    if (end === at && !part.rest)
      return undefined
    params ??= {}
    params[part.param] = path.slice(at, end)
    at = end
  }
  return at === path.length ? params ?? noParams : undefined
}
