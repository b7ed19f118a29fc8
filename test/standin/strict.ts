/** Makes missing members of the stand-in throw an error with their name, not be undefined. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      // Every `await` reads `then`.
      if (typeof key === 'symbol' || key in object || key === 'then')
        return Reflect.get(object, key, receiver) as unknown
      throw new Error(`The stand-in for Electron has no ${name}.${key}`)
    },
  })
}
