import { registerHooks } from 'node:module'

/**
 * Lets Node run the project's TypeScript as it is: Node strips the types itself, but wants file
 * extensions, which the bundler and therefore the sources go without. Use: `node --import
 * ./bench/simulator/typescript.mjs some.ts`.
 */
registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context)
    }
    catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND' || !specifier.startsWith('.'))
        throw error
      return next(`${specifier}.ts`, context)
    }
  },
})
