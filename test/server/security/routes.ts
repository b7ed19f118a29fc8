import type { DataOperationSpec } from '../../../src/shared/data-operations'
import type { OperationSpec } from '../../../src/shared/operations'
import { dataOperations } from '../../../src/shared/data-operations'
import { operations } from '../../../src/shared/operations'

/** One method of one operation, from either table. */
export interface RouteRow {
  operation: string
  method: string
  /** The path with `{name}` and `{key+}` as placeholders. */
  template: string
  face: DataOperationSpec['face'] | 'control'
  scope: OperationSpec['scope']
  reach: OperationSpec['reach']
  mutates: boolean
  /** Statuses of a successful request. */
  success: readonly number[]
}

export const verbs = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
/** Paths without an operation: the console, the API's descriptions, and unknown paths. */
export const otherPaths = [
  '/',
  '/docs',
  '/openapi.json',
  '/swagger.yaml',
  '/assets/index-abc.js',
  '/nothing-here',
  '/admin',
  '//healthz',
] as const

/** Every method of every operation, so that new table rows are in the security tables too. */
export const routes: readonly RouteRow[] = [
  ...Object.entries(dataOperations).flatMap(([name, spec]) => dataRows(name, spec)),
  ...Object.entries(operations).flatMap(([name, spec]) => controlRows(name, spec)),
]

function dataRows(operation: string, spec: DataOperationSpec): RouteRow[] {
  const success = Object.keys(spec.answers).map(Number).filter(status => status < 300)
  return spec.methods.map(method =>
    ({
      operation,
      method,
      template: spec.path,
      face: spec.face,
      scope: spec.scope,
      reach: 'own',
      mutates: spec.mutates,
      success,
    }))
}

function controlRows(operation: string, spec: OperationSpec): RouteRow[] {
  const row: RouteRow = {
    operation,
    method: spec.method,
    template: spec.path,
    face: 'control',
    scope: spec.scope,
    reach: spec.reach,
    mutates: spec.mutates,
    success: [spec.status],
  }
  // RFC 9110 §9.3.2: whatever answers GET also answers HEAD.
  return spec.method === 'GET' ? [row, { ...row, method: 'HEAD' }] : [row]
}

interface Places {
  /** The cache of the rows of the data plane. */
  cache: string
  key: string
  /** The values of `{name}` and `{id}`. */
  name: string
  id: string
}

const samples: Places = { cache: 'products', key: 'item', name: 'products', id: 'nobody' }

/** Returns the row's target with its required query. */
export function targetOf(row: Pick<RouteRow, 'operation' | 'template'>, places: Partial<Places> = {}): string {
  const { cache, key, name, id } = { ...samples, ...places }
  const path = row.template.replace('{cache}', cache).replace('{key+}', key).replace('{name}', name).replace('{id}', id)
  switch (row.operation) {
    case 'classic.get':
    case 'classic.invalidate': return `${path}?cache=${cache}&key=${key}`
    case 'entries.post': return `${path}?op=touch&ttl=60`
    case 'entries.invalidate': return `${path}?prefix=none-such`
    default: return path
  }
}

/** Every path of the server, once. */
export const everyPath: readonly string[] = [...new Set([...routes.map(row => targetOf(row)), ...otherPaths])]
