import type { DataOperationName } from '@shared/data-operations'
import type { Maybe } from '../../serving/maybe'
import type { Exchange } from '../exchange'
import type { DataHandler, DataPlaneDeps } from './context'
import { dataOperations } from '@shared/data-operations'
import { mapRows } from '@shared/rows'
import { createBatchFace } from './batch'
import { createClassicFace } from './classic'
import { createCollectionFace } from './collection'
import { withoutForeign } from './foreign-fields'
import { createEntryFace } from './native'
import { createPlainFace } from './plain'

/** Operations of the data plane; the event stream belongs to the control plane. */
export type DataPlaneOperation = Exclude<DataOperationName, 'events.watch'>

/**
 * The operations that apps under test call. Throws or rejects with LarderError, which the server
 * answers in the face's own form.
 */
export function createDataPlane(deps: DataPlaneDeps): (exchange: Exchange, name: DataPlaneOperation) => Maybe<void> {
  const faces: Record<DataPlaneOperation, DataHandler> = {
    ...createClassicFace(deps),
    ...createPlainFace(deps),
    ...createEntryFace(deps),
    ...createCollectionFace(deps),
    ...createBatchFace(deps),
  }
  const handlers = mapRows(faces, (handler, name) => withoutForeign(dataOperations[name], handler))
  return (exchange, name) => deps.serving.admit(exchange, handlers[name])
}
