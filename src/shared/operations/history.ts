import { History, HistoryQuery } from '../history'
import { operation } from './spec'

/** What has happened in the caches over time. */
export const historyOperations = {
  'history.get': operation({
    method: 'GET',
    path: '/admin/history',
    scope: 'admin',
    reach: 'own',
    mutates: false,
    status: 200,
    summary: 'What happened in a cache, or in all of yours, over time; for administrators in all of the server.',
    input: HistoryQuery,
    output: History,
    errors: ['cache-not-found'],
  }),
} as const
