import type { RequestHandlerDependencies } from '../../src/main/admin/requests'

/** A log in which nothing ever is. */
export const emptyRequestLog: RequestHandlerDependencies['requestLog'] = {
  list: () => Promise.resolve({ total: 0, requests: [], since: null, dropped: 0, own: 0 }),
  groups: () => Promise.resolve({ groups: [], total: 0, requests: 0, since: null }),
  count: () => Promise.resolve({ count: 0, last: 0, since: null, dropped: 0 }),
  wait: () => Promise.resolve({ count: 0, requests: [], last: 0 }),
  clear: () => Promise.resolve({ cleared: 0 }),
  export: () => Promise.resolve(''),
}
