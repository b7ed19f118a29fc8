/** What the stand-in does not have throws by its name, and is never quietly undefined. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      // `then` is asked for by every await.
      if (typeof key === 'symbol' || key in object || key === 'then')
        return Reflect.get(object, key, receiver) as unknown
      throw new Error(`The stand-in for Electron has no ${name}.${key}`)
    },
  })
}
