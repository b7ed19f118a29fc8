import type { RequestLog } from '../serving/log/request-log'
import type { HandlersOf } from './handlers'
import { callerOf } from './handlers'

export interface RequestHandlerDependencies {
  requestLog: Pick<RequestLog, 'list' | 'groups' | 'count' | 'wait' | 'clear' | 'export'>
}

export function createRequestHandlers({ requestLog }: RequestHandlerDependencies): HandlersOf<'requests'> {
  return {
    'requests.list': (query, context) => requestLog.list(callerOf(context), query),
    'requests.groups': (query, context) => requestLog.groups(callerOf(context), query),
    'requests.count': (query, context) => requestLog.count(callerOf(context), query),
    'requests.wait': (query, context) => requestLog.wait(callerOf(context), query, context.left),
    'requests.clear': (_, context) => requestLog.clear(callerOf(context)),
    'requests.export': (query, context) => requestLog.export(callerOf(context), query),
  }
}
