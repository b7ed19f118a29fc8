import type { InjectionKey } from 'vue'
import type { Api } from '../api/api'
import { inject } from 'vue'

export const apiKey: InjectionKey<Api> = Symbol('api')

/** Returns the API of this app, in components and setup stores. Throws if none was provided. */
export function useApi(): Api {
  const api = inject(apiKey)
  if (!api)
    throw new Error('No API was provided to this app')
  return api
}
