import { registerHooks } from 'node:module'

/**
 * Replaces Electron with the stand-in: `node --import ./test/standin/register.mjs
 * out/main/index.js` starts the built desktop app in its packed form, over the system's Chromium.
 * The stand-in is TypeScript, whose types Node strips but whose imports need extensions.
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
