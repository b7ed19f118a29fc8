import { registerHooks } from 'node:module'

/**
 * Puts the stand-in in Electron's place: `node --import ./test/standin/register.mjs
 * out/main/index.js` starts the built desktop app, as it is packed, over the system's Chromium. The
 * stand-in itself is TypeScript, which Node strips but wants extensions for.
 */
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'electron' || specifier === 'electron/main')
      return { url: new URL('electron.ts', import.meta.url).href, shortCircuit: true }
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
