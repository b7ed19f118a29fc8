import { registerHooks } from 'node:module'

const shared = new URL('../../src/shared/', import.meta.url).href

/**
 * Lets Node run the project's TypeScript directly. Node itself strips the types, but needs file
 * extensions, which the sources leave out because the bundler does not need them. Use: `node
 * --import ./bench/simulator/typescript.mjs some.ts`.
 */
registerHooks({
  resolve(name, context, next) {
    // Like `paths` in tsconfig.base.json.
    const specifier = name.replace(/^@shared\//, shared)
    try {
      return next(specifier, context)
    }
    catch (error) {
      // A folder beside a file may have its name.
      const incomplete = ['ERR_MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT'].includes(error.code)
      if (!incomplete || !/^(?:\.|file:)/.test(specifier))
        throw error
      return next(`${specifier}.ts`, context)
    }
  },
})
